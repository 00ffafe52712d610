/** The compiler's command line, with the real compiler, on a binding of ten lines and libraries of one. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { compileBinding } from '../../src/setup/compile.js'
import { MadeProject } from './made-package.js'

const binding = `
#include <node_api.h>
#include "tensorflow/c/c_api.h"
static napi_value Init(napi_env env, napi_value exports) {
  napi_value version;
  napi_create_string_utf8(env, TF_Version(), NAPI_AUTO_LENGTH, &version);
  napi_set_named_property(env, exports, "TF_Version", version);
  return exports;
}
NAPI_MODULE(NODE_GYP_MODULE_NAME, Init)
`

const isThere = spawnSync('g++', ['--version']).status === 0

test('the binding finds its libraries wherever node_modules is moved', async (context) => {
  if (!isThere) return context.skip('there is no g++: apt-get install g++')
  const made = new MadeProject()
  const folder = made.package
  const source = 'node_modules/@tensorflow/tfjs-node-gpu'
  made.write(`${source}/binding/tfjs_binding.cc`, binding)
  made.write(`${source}/deps/include/tensorflow/c/c_api.h`, 'extern "C" const char* TF_Version();')
  made.write('cc.cc', 'extern "C" const char* TF_Version() { return "2.99.0"; }')
  made.write('framework.cc', '')
  mkdirSync(join(folder.deps, 'lib'))
  for (const part of ['cc', 'framework'])
    execFileSync('g++', ['-shared', '-fPIC', `${part}.cc`, '-o', `${folder.deps}/lib/libtensorflow_${part}.so.2`], {
      cwd: made.root,
    })

  await compileBinding(folder, folder.deps, folder.binding, { ...made.around, env: process.env })

  const moved = join(made.root, 'elsewhere')
  renameSync(folder.root, moved)
  const file = join(moved, folder.binding.slice(folder.root.length))
  expect(existsSync(dirname(file))).toBe(true)
  const code = 'console.log(require(process.argv[1]).TF_Version)'
  expect(execFileSync(process.execPath, ['-e', code, file], { encoding: 'utf8' })).toBe('2.99.0\n')
})
