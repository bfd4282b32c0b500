{
  description = "Run, watch and talk to coding agents from Neovim";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      cargo = (lib.importTOML ./Cargo.toml).package;
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      meta = {
        inherit (cargo) description;
        homepage = cargo.repository;
        # The backend links nvim-rs, which is under the LGPL.
        license = [ lib.licenses.mit lib.licenses.lgpl3Only ];
        platforms = systems;
      };
      packagesFor = pkgs: rec {
        backend = pkgs.rustPlatform.buildRustPackage {
          pname = cargo.name;
          inherit (cargo) version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          cargoBuildFlags = [ "--bin" cargo.name ];
          # They want tmux, Neovim, git and an issue tracker: `make test`.
          doCheck = false;
          meta = meta // { mainProgram = cargo.name; };
        };
        # The plugin finds its backend where cargo would have put it.
        plugin = pkgs.vimUtils.buildVimPlugin {
          pname = "polecat.nvim";
          inherit (cargo) version;
          src = self;
          postInstall = ''
            mkdir -p $out/target/release
            ln -s ${backend}/bin/${cargo.name} $out/target/release/
          '';
          # Not every picker that it knows is there.
          doCheck = false;
          inherit meta;
        };
        default = plugin;
      };
    in
    {
      packages = lib.genAttrs systems (system: packagesFor nixpkgs.legacyPackages.${system});
      overlays.default = final: prev: {
        vimPlugins = prev.vimPlugins // { polecat-nvim = (packagesFor final).plugin; };
      };
    };
}
