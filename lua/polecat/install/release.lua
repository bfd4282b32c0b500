--- A release of the backend: downloaded, looked at, and moved to its place in one step.
local task = require('polecat.install.task')
local binary = require('polecat.rpc.binary')
local download = require('polecat.install.download')
local scratch = require('polecat.install.scratch')

local M = {}

---@class polecat.Release
---@field version string
---@field protocol integer
---@field url string

--- The release that belongs to the plugin as it lies on the disk now: an update may have come since
--- Neovim loaded it.
---@return polecat.Release
function M.current()
  return dofile(binary.lua() .. '/release.lua')
end

--- What is wrong with the program at `path`.
---@async
---@param path string
---@param release polecat.Release
---@return string?
local function problem(path, release)
  local result = task.system({ path, '--version' })
  local said = vim.trim(result.stdout .. result.stderr)
  local expected = 'polecat-nvim ' .. release.version .. ' (protocol ' .. release.protocol .. ')'
  return said ~= expected and ('`%s` says %q instead of %q'):format(path, said, expected) or nil
end

--- The file of the release for this system.
---@param manifest any
---@param release polecat.Release
---@param target string
---@return polecat.Artifact
local function artifact(manifest, release, target)
  local function refuse(why, ...)
    task.fail(('the release %s %s'):format(release.version, why:format(...)))
  end
  if type(manifest) ~= 'table' or manifest.version ~= release.version then
    refuse('has a manifest of another version')
  elseif manifest.protocol ~= release.protocol then
    refuse('speaks protocol %s, this plugin %d', manifest.protocol, release.protocol)
  end
  for _, one in ipairs(vim.islist(manifest.artifacts) and manifest.artifacts or {}) do
    if type(one) == 'table' and one.target == target then
      if type(one.size) ~= 'number' or not tostring(one.sha256):find('^%x+$') then
        refuse('has no size and sum for %s', target)
      end
      -- The name of a file is not theirs to choose.
      local archive = ('polecat-nvim-%s-%s.tar.gz'):format(release.version, target)
      return { target = target, archive = archive, size = one.size, sha256 = one.sha256 }
    end
  end
  return refuse('is not built for %s', target) --[[@as polecat.Artifact]]
end

--- Unpacks `archive`, and moves what is in it to `into` in one step. A program that runs from there
--- keeps its file.
---@async
---@param folder string
---@param archive string
---@param into string
---@param release polecat.Release
local function place(folder, archive, into, release)
  local unpacked = task.system({ 'tar', '-xzf', archive }, { cwd = folder })
  if unpacked.code ~= 0 then
    task.fail(vim.trim(unpacked.stderr))
  end
  local fresh = folder .. '/' .. archive:gsub('%.tar%.gz$', '')
  local wrong = problem(fresh .. '/polecat-nvim', release)
  if wrong then
    task.fail(wrong)
  end
  if not vim.uv.fs_rename(fresh, into) and problem(into .. '/polecat-nvim', release) then
    vim.uv.fs_rename(into, folder .. '/replaced')
    local moved, why = vim.uv.fs_rename(fresh, into)
    if not moved then
      task.fail(('`%s` cannot be written: %s'):format(into, why))
    end
  end
end

--- Puts `found` beside our own program, and its sum beside it: the backend gives it to hosts of that
--- system.
---@async
---@param folder string
---@param found polecat.Artifact
---@param into string
local function keep(folder, found, into)
  local sums, lines = into .. '/SHA256SUMS', {}
  local before = vim.fn.filereadable(sums) == 1 and vim.fn.readfile(sums) or {}
  for _, line in ipairs(before) do
    if not vim.endswith(line, '  ' .. found.archive) then
      lines[#lines + 1] = line
    end
  end
  lines[#lines + 1] = found.sha256 .. '  ' .. found.archive
  require('polecat.install.folder').make(into)
  vim.fn.writefile(lines, folder .. '/SHA256SUMS')
  for _, name in ipairs({ found.archive, 'SHA256SUMS' }) do
    local moved, why = vim.uv.fs_rename(folder .. '/' .. name, into .. '/' .. name)
    if not moved then
      task.fail(('`%s` cannot be written: %s'):format(into, why))
    end
  end
end

--- Downloads the file of the release for `target`, and hands it to `use`.
---@async
---@param release polecat.Release
---@param url? string Where it lies, instead of the project's own.
---@param target string
---@param step fun(text: string)
---@param use async fun(folder: string, found: polecat.Artifact, into: string)
---@return string path Where its file would be beside our own program.
local function bring(release, url, target, step, use)
  local base = (url or release.url):gsub('/+$', '') --[[@as string]]
  step('looking for the backend ' .. release.version)
  local found = artifact(download.manifest(base), release, target)
  local into = vim.fs.dirname(binary.installed(release.version))
  local folder = scratch.open(vim.fs.dirname(into), found.archive)
  local ok, err = pcall(function()
    download.archive(base, found, folder, step)
    use(folder, found, into)
  end)
  -- What came of it is worth keeping unless it is wrong.
  local size = (vim.uv.fs_stat(folder .. '/' .. found.archive) or {}).size or 0
  scratch.close(folder, not ok and size > 0 and size < found.size)
  if not ok then
    error(err)
  end
  return into .. '/' .. found.archive
end

--- Brings the release's file for another system, from which hosts get their program.
---@async
---@param release polecat.Release
---@param url? string
---@param target string
---@param step fun(text: string)
---@return polecat.InstallResult
function M.fetch(release, url, target, step)
  local path = bring(release, url, target, step, keep)
  return { path = path, how = 'fetched' }
end

--- Puts the release's program in its place; one that is there already stays.
---@async
---@param release polecat.Release
---@param url? string Where it lies, instead of the project's own.
---@param step fun(text: string)
---@return polecat.InstallResult
function M.install(release, url, step)
  local path = binary.installed(release.version)
  if vim.fn.executable(path) == 1 and not problem(path, release) then
    return { path = path, how = 'present' }
  end
  local target = binary.target()
  if not target then
    local uname = vim.uv.os_uname()
    return task.fail(('there is no release for %s on %s'):format(uname.sysname, uname.machine))
  end
  bring(release, url, target, step, function(folder, found, into)
    place(folder, found.archive, into, release)
  end)
  return { path = path, how = 'downloaded' }
end

return M
