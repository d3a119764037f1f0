namespace FineTuneStudio.Application.Graders;

/// <summary>Tools to begin with.</summary>
public static class ToolTemplates
{
    /// <summary>Every template.</summary>
    public static IReadOnlyList<ToolTemplate> All { get; } =
    [
        new("calculator", "Calculator", "Arithmetic that the model need not do in its head.",
            """
            def calculate(expression: str):
                "The value of an expression with numbers, + - * / and brackets."
                if not set(expression) <= set("0123456789+-*/(). ") or "**" in expression:
                    raise ValueError("write numbers, + - * / and brackets alone")
                return eval(expression, {"__builtins__": {}})
            """,
            """calculate({"expression": "12 * (3 + 4)"})"""),
        new("lookup", "Lookup", "What the row knows and the model does not; item is the dataset's row.",
            """
            def look_up(name: str, item):
                "What is known about a name."
                facts = item["facts"]
                return facts.get(name, "nothing is known about " + name)
            """,
            """look_up({"name": "pear"})"""),
        new("search", "Search", "The passages of a text of the row that share most words with a question.",
            """
            import re

            def search(question: str, item):
                "The three passages that share most words with a question."
                words = set(re.findall(r"\w+", question.lower()))
                passages = item["passages"]
                return sorted(passages, key=lambda passage: -len(words & set(re.findall(r"\w+", passage.lower()))))[:3]
            """,
            """search({"question": "Who wrote it?"})"""),
    ];
}
