--- The files of a release: from a server, resumed where they were cut, or from a folder.
local task = require('polecat.install.task')

local M = {}

--- How often a file that is cut on its way is asked for, and the largest manifest, in bytes.
local TRIES, MANIFEST_LIMIT = 5, 100000
local PRIVATE = 384 -- 0600
--- What curl ends with: an answer of the server's, and one without the range that was asked for.
local REFUSED, NO_RANGE = 22, 33
local MISSING, ALL_THERE = '404', '416'

---@class polecat.Artifact A file of a release, as its manifest tells of it.
---@field target string The system that it is for.
---@field archive string
---@field size integer
---@field sha256 string

--- The folder that `base` names, unless it is an address.
---@param base string
---@return string?
local function folder_of(base)
  if vim.startswith(base, 'file://') then
    return vim.uri_to_fname(base)
  end
  return not base:find('^%a+://') and vim.fn.fnamemodify(base, ':p') or nil
end

--- Proxies and certificates are those that curl finds in the environment and in its own settings.
---@param url string
---@param ... string
---@return string[]
local function curl(url, ...)
  local argv = { 'curl', '--fail', '--silent', '--show-error', '--location', '--globoff', ... }
  vim.list_extend(argv, { '--connect-timeout', '20', '--speed-time', '30', '--speed-limit', '100' })
  if vim.startswith(url, 'https://') then
    -- Nor does a server lead anywhere else.
    vim.list_extend(argv, { '--proto', '=https' })
  end
  return vim.list_extend(argv, { '--url', url })
end

--- What the server answered, if curl took that for a failure.
---@param result { code: integer, stderr: string }
---@return string?
local function status(result)
  return result.code == REFUSED and result.stderr:match('error: (%d+)') or nil
end

---@param url string
---@param result { code: integer, stderr: string }
local function fail(url, result)
  if status(result) == MISSING then
    task.fail(('there is no `%s`'):format(url))
  end
  local why = vim.trim(result.stderr):gsub('^curl: ', '')
  task.fail(result.code == 127 and why or ('`%s`: %s'):format(url, why))
end

---@param path string
---@return integer
local function size_of(path)
  local stat = vim.uv.fs_stat(path)
  return stat and stat.size or 0
end

--- Puts what the server has from the end of `path` on there, up to `size`. Neovim writes it: a curl
--- that is left alone ends at the next byte.
---@async
---@param url string
---@param path string
---@param size integer
---@param on_data fun()
---@return { code: integer, stderr: string }
local function append(url, path, size, on_data)
  local have = size_of(path)
  local file, why = vim.uv.fs_open(path, 'a', PRIVATE)
  if not file then
    return task.fail(('`%s` cannot be written: %s'):format(path, why))
  end
  local function write(data)
    have = have + #data
    if have > size then
      return ('`%s` is longer than the %d bytes that its manifest says'):format(url, size)
    end
    local written, failed = vim.uv.fs_write(file, data)
    if written ~= #data then
      return ('`%s` cannot be written: %s'):format(path, failed or 'no space left')
    end
  end
  local result = task.system(curl(url, '--continue-at', tostring(have)), {
    stdout = function(_, data)
      if data and not why then
        why = write(data)
        if why then
          task.stop()
        end
        on_data()
      end
    end,
  })
  vim.uv.fs_close(file)
  if why then
    task.fail(why)
  end
  return result
end

---@async
---@param url string
---@param path string
---@param size integer
---@param on_data fun()
local function fetch(url, path, size, on_data)
  for try = 1, TRIES do
    local before = size_of(path)
    if before == size then
      return
    end
    local result = append(url, path, size, on_data)
    if result.code == NO_RANGE then
      vim.uv.fs_unlink(path)
    elseif result.code ~= 0 and status(result) ~= ALL_THERE then
      if try == TRIES or size_of(path) <= before then
        fail(url, result)
      end
    end
  end
end

--- The manifest of the release at `base`, unchecked.
---@async
---@param base string
---@return any
function M.manifest(base)
  local folder = folder_of(base)
  local name = base .. '/manifest.json'
  local text
  if folder then
    local ok, blob = pcall(vim.fn.readblob, folder .. '/manifest.json')
    text = ok and blob or task.fail(('there is no `%s`'):format(name))
  else
    local result = task.system(curl(name, '--max-filesize', tostring(MANIFEST_LIMIT)))
    text = result.code == 0 and result.stdout or fail(name, result)
  end
  local ok, manifest = pcall(vim.json.decode, text --[[@as string]])
  if not ok then
    task.fail(('`%s` is not a manifest'):format(name))
  end
  return manifest
end

--- The SHA-256 of the file `name` in `folder`. Neovim's own takes no file that has a NUL.
---@async
---@param folder string
---@param name string
---@return string
local function sha256(folder, name)
  local has = vim.fn.executable('sha256sum') == 1
  local argv = has and { 'sha256sum', name } or { 'shasum', '-a', '256', name }
  local result = task.system(argv, { cwd = folder })
  if result.code ~= 0 then
    task.fail(vim.trim(result.stderr))
  end
  return result.stdout:match('^%x*') --[[@as string]]
end

--- Brings the file that `artifact` tells of into `folder`, where its beginning may be.
---@async
---@param base string
---@param artifact polecat.Artifact
---@param folder string
---@param step fun(text: string)
function M.archive(base, artifact, folder, step)
  local from, path = folder_of(base), folder .. '/' .. artifact.archive
  local url = base .. '/' .. artifact.archive
  if from then
    local copied, why = vim.uv.fs_copyfile(from .. '/' .. artifact.archive, path)
    if not copied then
      task.fail(('`%s` cannot be copied: %s'):format(url, why))
    end
  else
    fetch(url, path, artifact.size, function()
      local part = math.floor(size_of(path) * 100 / artifact.size)
      step(('downloading the backend: %d %%'):format(part))
    end)
  end
  local size = size_of(path)
  if size < artifact.size then
    task.fail(('`%s` ends after %d of %d bytes'):format(url, size, artifact.size))
  elseif sha256(folder, artifact.archive) ~= artifact.sha256 then
    local message = '`%s` has the wrong SHA-256'
    task.fail(message:format(url), 'wrong_sum')
  end
end

return M
