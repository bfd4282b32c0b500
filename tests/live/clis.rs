//! The twelve coding agents: what each needs to talk to a service on this machine, what it draws
//! when it asks, and the keys that say yes.

/// A coding agent. In its texts `{url}` is the service, `{home}` its private home.
pub(crate) struct Cli {
    /// The preset's name, which is that of its folder too.
    pub(crate) name: &'static str,
    pub(crate) command: &'static str,
    pub(crate) args: &'static [&'static str],
    pub(crate) env: &'static [(&'static str, &'static str)],
    /// Files of its home.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// What its prompt is known by.
    pub(crate) prompt: &'static str,
    /// The dialog of its first start.
    pub(crate) first: Option<Dialog>,
    /// Its request for permission to run a command.
    pub(crate) permission: Option<Dialog>,
    pub(crate) question: Option<Dialog>,
    /// What its plan mode is known by, where the service can have it ask for the end of that.
    pub(crate) plan: Option<&'static str>,
}

/// A dialog.
#[derive(Clone, Copy)]
pub(crate) struct Dialog {
    /// What it is known by on the screen.
    pub(crate) sign: &'static str,
    /// The keys that say yes, or take the first choice; a page of the dialog for each.
    pub(crate) keys: &'static [&'static str],
}

const fn dialog(sign: &'static str, keys: &'static [&'static str]) -> Dialog {
    Dialog { sign, keys }
}

pub(crate) const CLIS: &[Cli] = &[
    Cli {
        name: "claude",
        command: "claude",
        args: &[],
        env: &[
            ("ANTHROPIC_BASE_URL", "{url}"),
            ("ANTHROPIC_AUTH_TOKEN", "none"),
            ("DISABLE_AUTOUPDATER", "1"),
            ("DISABLE_TELEMETRY", "1"),
        ],
        files: &[(".claude.json", r#"{ "hasCompletedOnboarding": true, "theme": "dark" }"#)],
        prompt: "❯",
        first: Some(dialog("I trust this folder", &["1"])),
        permission: Some(dialog("Do you want to proceed?", &["1"])),
        question: Some(dialog("Enter to select", &["1"])),
        plan: Some("plan mode on"),
    },
    Cli {
        name: "codex",
        command: "codex",
        args: &["-c", "model_providers.here.base_url=\"{url}/v1\""],
        env: &[("HERE_KEY", "none")],
        files: &[(
            ".codex/config.toml",
            r#"
                model = "mock"
                model_provider = "here"
                check_for_update_on_startup = false
                [model_providers.here]
                name = "here"
                wire_api = "responses"
                env_key = "HERE_KEY"
                request_max_retries = 1
                stream_max_retries = 1
            "#,
        )],
        prompt: "›",
        first: Some(dialog("Trust and continue", &["Enter"])),
        permission: Some(dialog("Would you like to run", &["y"])),
        // It asks in its plan mode only.
        question: None,
        plan: None,
    },
    Cli {
        name: "gemini",
        command: "gemini",
        args: &[],
        env: &[("GOOGLE_GEMINI_BASE_URL", "{url}"), ("GEMINI_API_KEY", "none")],
        files: &[(
            ".gemini/settings.json",
            r#"{
                "security": { "auth": { "selectedType": "gemini-api-key" } },
                "general": { "enableAutoUpdate": false },
                "privacy": { "usageStatisticsEnabled": false }
            }"#,
        )],
        prompt: "Type your message",
        first: Some(dialog("Do you trust the files", &["1"])),
        permission: Some(dialog("Allow execution", &["1"])),
        question: Some(dialog("Enter to select", &["1"])),
        plan: None,
    },
    Cli {
        name: "opencode",
        command: "opencode",
        args: &[],
        env: &[
            ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
            ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
            ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1"),
            // The preset allows everything.
            ("OPENCODE_PERMISSION", r#"{"bash":"ask","edit":"ask"}"#),
        ],
        files: &[(
            ".config/opencode/opencode.json",
            r#"{
                "model": "here/mock", "small_model": "here/mock",
                "autoupdate": false, "share": "disabled",
                "provider": { "here": {
                    "npm": "@ai-sdk/openai-compatible", "name": "Here",
                    "options": { "baseURL": "{url}/v1", "apiKey": "none" },
                    "models": { "mock": {
                        "name": "Mock", "tool_call": true,
                        "limit": { "context": 100000, "output": 8000 }
                    } }
                } }
            }"#,
        )],
        prompt: "Ask anything",
        first: None,
        permission: Some(dialog("Permission required", &["Enter"])),
        question: Some(dialog("enter submit", &["1"])),
        plan: None,
    },
    Cli {
        name: "copilot",
        command: "copilot",
        args: &[],
        env: &[
            ("COPILOT_PROVIDER_BASE_URL", "{url}/v1"),
            ("COPILOT_PROVIDER_API_KEY", "none"),
            ("COPILOT_MODEL", "gpt-4.1"),
            ("COPILOT_AUTO_UPDATE", "false"),
        ],
        files: &[],
        prompt: "/ commands",
        // And remembers it.
        first: Some(dialog("Do you trust the files", &["2"])),
        permission: Some(dialog("Do you want to run this command?", &["1"])),
        question: Some(dialog("Copilot needs information", &["Enter"])),
        plan: None,
    },
    Cli {
        name: "qwen",
        command: "qwen",
        args: &[],
        env: &[
            ("OPENAI_API_KEY", "none"),
            ("OPENAI_BASE_URL", "{url}/v1"),
            ("OPENAI_MODEL", "mock"),
        ],
        files: &[(
            ".qwen/settings.json",
            r#"{
                "security": { "auth": { "selectedType": "openai" } },
                "tools": { "approvalMode": "default" },
                "general": { "enableAutoUpdate": false },
                "privacy": { "usageStatisticsEnabled": false }
            }"#,
        )],
        prompt: "Type your message",
        first: None,
        permission: Some(dialog("Allow execution of", &["1"])),
        question: Some(dialog("Enter: Select", &["1"])),
        plan: Some("plan mode ("),
    },
    Cli {
        name: "pi",
        command: "pi",
        args: &[],
        env: &[("PI_OFFLINE", "1")],
        files: &[
            (
                ".pi/agent/models.json",
                r#"{ "providers": { "here": {
                    "baseUrl": "{url}/v1", "apiKey": "none", "api": "openai-completions",
                    "models": [{
                        "id": "mock", "name": "Mock", "reasoning": false, "input": ["text"],
                        "contextWindow": 100000, "maxTokens": 8000,
                        "cost": { "input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0 }
                    }]
                } } }"#,
            ),
            (".pi/agent/settings.json", r#"{ "defaultProvider": "here", "defaultModel": "mock" }"#),
        ],
        prompt: "(auto)",
        first: None,
        // It asks for nothing.
        permission: None,
        question: None,
        plan: None,
    },
    Cli {
        name: "vibe",
        command: "vibe",
        args: &[],
        env: &[("HERE_KEY", "none")],
        files: &[(
            ".vibe/config.toml",
            r#"
                active_model = "mock"
                default_agent = "ask"
                enable_update_checks = false
                enable_telemetry = false
                [[providers]]
                name = "here"
                api_base = "{url}/v1"
                api_key_env_var = "HERE_KEY"
                api_style = "openai"
                backend = "generic"
                [[models]]
                name = "mock"
                provider = "here"
                alias = "mock"
            "#,
        )],
        prompt: "tokens (",
        first: None,
        permission: Some(dialog("4. Deny", &["1"])),
        question: Some(dialog("Enter select", &["1"])),
        plan: None,
    },
    Cli {
        name: "kimi",
        command: "kimi",
        args: &[],
        env: &[("KIMI_CODE_NO_AUTO_UPDATE", "1")],
        files: &[(
            ".kimi-code/config.toml",
            r#"
                default_model = "mock"
                [providers.here]
                type = "openai"
                base_url = "{url}/v1"
                api_key = "none"
                [models.mock]
                provider = "here"
                model = "mock"
                max_context_size = 100000
            "#,
        )],
        prompt: "context:",
        first: Some(dialog("Trust this folder?", &["Enter"])),
        permission: Some(dialog("Run this command?", &["1"])),
        question: Some(dialog("choose", &["1", "1"])),
        plan: None,
    },
    Cli {
        name: "cn",
        command: "cn",
        args: &["--config", "{home}/.continue/config.yaml"],
        env: &[("CONTINUE_TELEMETRY_ENABLED", "0")],
        files: &[(
            ".continue/config.yaml",
            "name: here\nversion: 0.0.1\nschema: v1\nmodels:\n  - name: Mock\n    provider: openai\n    \
             model: mock\n    apiKey: none\n    apiBase: {url}/v1\n    useResponsesApi: false\n    \
             capabilities: [tool_use]\n    roles: [chat]\n",
        )],
        prompt: "Ask anything",
        first: None,
        permission: Some(dialog("Would you like to continue?", &["Enter"])),
        question: Some(dialog("Enter select", &["Enter"])),
        plan: None,
    },
    Cli {
        name: "cline",
        command: "cline",
        args: &["-i", "--auto-approve", "false"],
        env: &[("CLINE_TELEMETRY_DISABLED", "1")],
        files: &[(
            ".cline/data/settings/providers.json",
            r#"{
                "version": 1, "lastUsedProvider": "openai-compatible", "modes": {},
                "providers": { "openai-compatible": {
                    "settings": {
                        "provider": "openai-compatible", "apiKey": "none", "model": "mock",
                        "baseUrl": "{url}/v1"
                    },
                    "updatedAt": "2026-01-01T00:00:00.000Z", "tokenSource": "manual"
                } }
            }"#,
        )],
        prompt: "Auto-approve",
        first: Some(dialog("Try ClinePass", &["Escape"])),
        permission: Some(dialog("Cline needs permission", &["y"])),
        question: Some(dialog("Cline is asking a question", &["1"])),
        plan: None,
    },
    Cli {
        name: "aider",
        command: "aider",
        args: &[],
        env: &[
            ("OPENAI_API_KEY", "none"),
            ("OPENAI_API_BASE", "{url}/plain/v1"),
            ("LITELLM_LOCAL_MODEL_COST_MAP", "True"),
        ],
        files: &[
            (
                ".aider.conf.yml",
                "model: openai/mock\nedit-format: diff\ngitignore: false\ncheck-update: false\n\
                 show-model-warnings: false\nshow-release-notes: false\nanalytics: false\n",
            ),
            // Without it, it looks for the prices of all models first.
            (
                ".aider.model.metadata.json",
                r#"{ "openai/mock": {
                    "litellm_provider": "openai", "mode": "chat",
                    "max_input_tokens": 100000, "max_output_tokens": 8000,
                    "input_cost_per_token": 0, "output_cost_per_token": 0
                } }"#,
            ),
        ],
        prompt: "diff>",
        first: None,
        permission: Some(dialog("Run shell command?", &["y Enter"])),
        // It has no such tool.
        question: None,
        plan: None,
    },
];
