//! Which node of a syntax tree is a function. The names of nodes are each grammar's own, but most
//! are made of the same words.

/// A node around the cursor: its type, and its first and last line.
pub type Node = (String, usize, usize);

/// The first and the last line of the function around the cursor; `nodes` are those around it, the
/// innermost first. A callback counts only where nothing around it has a name.
#[must_use]
pub fn function_lines(nodes: &[Node]) -> Option<(usize, usize)> {
    let has_name = |at: &usize| {
        let assigned = nodes.get(at + 1).is_some_and(|(parent, ..)| assigns(parent));
        is_definition(&nodes[*at].0) || (is_anonymous(&nodes[*at].0) && assigned)
    };
    let all = 0..nodes.len();
    let found = all.clone().find(has_name).or_else(|| {
        let mut all = all;
        all.find(|at| is_anonymous(&nodes[*at].0))
    })?;
    let around = nodes.get(found + 1).filter(|(parent, ..)| WRAPPERS.contains(&&**parent));
    let (_, first, last) = around.unwrap_or(&nodes[found]);
    Some((*first, *last))
}

/// What belongs to the function that it is around.
const WRAPPERS: [&str; 3] = ["decorated_definition", "export_statement", "template_declaration"];

const ANONYMOUS: [&str; 9] = [
    "anonymous_function",
    "arrow_function",
    "closure_expression",
    "func_literal",
    "function_expression",
    "generator_function",
    "lambda",
    "lambda_expression",
    "lambda_literal",
];

fn is_anonymous(node: &str) -> bool {
    ANONYMOUS.contains(&node)
}

fn is_definition(node: &str) -> bool {
    const WORDS: [&str; 6] =
        ["function", "method", "constructor", "procedure", "subroutine", "destructor"];
    const ENDS: [&str; 8] =
        ["definition", "declaration", "item", "statement", "decl", "clause", "def", "defn"];
    let mut parts = node.split('_');
    let is_about =
        parts.any(|part| WORDS.contains(&part) || ["func", "fun", "sub"].contains(&part));
    let end = node.rsplit('_').next().unwrap_or_default();
    is_about && !is_anonymous(node) && (ENDS.contains(&end) || WORDS.contains(&end))
}

fn assigns(node: &str) -> bool {
    const WORDS: [&str; 5] = ["declarator", "assignment", "pair", "field", "property"];
    node.split('_').any(|part| WORDS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The nodes' lines are their places from the inside: (0, 0), (1, 1), ...
    fn found(nodes: &[&str]) -> Option<usize> {
        let numbered = nodes.iter().enumerate();
        let nodes: Vec<_> = numbered.map(|(at, node)| ((*node).to_owned(), at, at)).collect();
        function_lines(&nodes).map(|(first, _)| first)
    }

    #[test]
    fn a_function_is_known_by_its_node_in_many_grammars() {
        for node in [
            "function_definition",
            "function_declaration",
            "function_item",
            "method_definition",
            "method_declaration",
            "method",
            "singleton_method",
            "constructor_declaration",
            "local_function_statement",
            "generator_function_declaration",
            "function_statement",
            "subroutine",
            "fun_decl",
        ] {
            assert_eq!(found(&["block", node, "class_body"]), Some(1), "{node}");
        }
        for node in [
            "function_call",
            "method_invocation",
            "function_type",
            "function_signature",
            "function_declarator",
            "class_definition",
            "expression_statement",
        ] {
            assert_eq!(found(&["identifier", node]), None, "{node}");
        }
    }

    #[test]
    fn a_callback_counts_only_where_nothing_around_it_has_a_name() {
        assert_eq!(found(&["call_expression", "arrow_function", "arguments"]), Some(1));
        assert_eq!(found(&["arrow_function", "arguments", "function_declaration"]), Some(2));
        let component =
            ["arrow_function", "arguments", "arrow_function", "variable_declarator", "program"];
        assert_eq!(found(&component), Some(2));
        assert_eq!(found(&["closure_expression", "arguments", "function_item"]), Some(2));
    }

    #[test]
    fn what_is_written_around_a_function_belongs_to_it() {
        assert_eq!(found(&["function_definition", "decorated_definition"]), Some(1));
        assert_eq!(found(&["function_declaration", "export_statement"]), Some(1));
    }
}
