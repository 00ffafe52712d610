/** The wheels that are fetched: TensorFlow, and for GPUs the CUDA libraries its extra `and-cuda` names, in the newest CUDA 12. */

export interface Pin {
  /** The file's name says package, version and platform: wheel-name.ts. */
  readonly file: string
  readonly sha256: string
  readonly bytes: number
}

export type Variant = 'cpu' | 'cuda'

export interface Pinned {
  readonly tensorflow: Pin
  readonly cuda: readonly Pin[]
}

export const tensorflowVersion = '2.21.0'

// To pin others: `pip download` what METADATA of the new TensorFlow asks for, then `sha256sum *.whl` and `stat -c %s *.whl`.
// The two libraries are the same in the wheels for all Pythons; those for 3.11 are taken.
const cuda: readonly Pin[] = [
  {
    file: 'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
    sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    bytes: 581217458,
  },
  {
    file: 'nvidia_cuda_cupti_cu12-12.9.79-py3-none-manylinux_2_25_x86_64.whl',
    sha256: '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
    bytes: 10814997,
  },
  {
    file: 'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    bytes: 40546229,
  },
  {
    file: 'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    bytes: 89568129,
  },
  {
    file: 'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    bytes: 3493179,
  },
  {
    file: 'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    bytes: 716538495,
  },
  {
    file: 'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    bytes: 200877592,
  },
  {
    file: 'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    bytes: 68295626,
  },
  {
    file: 'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    bytes: 338117415,
  },
  {
    file: 'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    bytes: 366465088,
  },
  {
    file: 'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl',
    sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    bytes: 351526311,
  },
  {
    file: 'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    bytes: 39748338,
  },
]

const wheels = {
  x64: {
    cpu: {
      file: `tensorflow_cpu-${tensorflowVersion}-cp311-cp311-manylinux_2_27_x86_64.whl`,
      sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      bytes: 273829956,
    },
    cuda: {
      file: `tensorflow-${tensorflowVersion}-cp311-cp311-manylinux_2_27_x86_64.whl`,
      sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
      bytes: 572440367,
    },
  },
  // On this processor `tensorflow` is what tensorflow-cpu is on the other, and there is no other.
  arm64: {
    cpu: {
      file: `tensorflow-${tensorflowVersion}-cp311-cp311-manylinux_2_27_aarch64.whl`,
      sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
      bytes: 281828020,
    },
  },
} as const

export type Processor = keyof typeof wheels

/** Undefined where TensorFlow has no such wheels. */
export function pinned(processor: Processor, variant: Variant): Pinned | undefined {
  if (variant === 'cpu') return { tensorflow: wheels[processor].cpu, cuda: [] }
  return processor === 'x64' ? { tensorflow: wheels.x64.cuda, cuda } : undefined
}

/** Every wheel whose content is known, by the name of its file. */
export const allPins: readonly Pin[] = [wheels.x64.cpu, wheels.x64.cuda, wheels.arm64.cpu, ...cuda]
