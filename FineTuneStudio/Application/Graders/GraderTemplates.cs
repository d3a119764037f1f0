using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Graders;

/// <summary>Graders to begin with, those that fit a dataset's answers first.</summary>
public static class GraderTemplates
{
    /// <summary>Id of the template that asks another model.</summary>
    public const string Judge = "judge";

    private static readonly string[] Truths = ["ground_truth", "expected_answer", "solution", "label", "target", "reference"];

    /// <summary>Every template, for a dataset; the first is the best guess.</summary>
    /// <param name="report">What its check found; <see langword="null"/> where it is not known.</param>
    public static IReadOnlyList<GraderTemplate> For(DatasetReport? report)
    {
        var kind = report?.Answers.Kind ?? AnswerKind.None;
        var answer = $"{{{{item.{AnswerField(report)}}}}}";
        const string output = "{{sample.output_text}}";
        GraderTemplate[] templates =
        [
            new("math", "Same result", "A number or an expression at the end: 1,080 is 1080, ½ is 50%.",
                $$"""
                {
                  "type": "math",
                  "name": "right",
                  "reference": "{{answer}}"
                }
                """, kind is AnswerKind.Number or AnswerKind.MarkedResult),
            new("label", "Exact label", "One of a few short values, and nothing else.",
                $$"""
                {
                  "type": "string_check",
                  "name": "label",
                  "input": "{{output}}",
                  "reference": "{{answer}}",
                  "operation": "eq"
                }
                """, kind == AnswerKind.Label),
            new("json", "Same JSON", "The same fields with the same values, in any order of fields.",
                $$"""
                {
                  "type": "json_equal",
                  "name": "same",
                  "reference": "{{answer}}"
                }
                """, kind == AnswerKind.Json),
            new("schema", "JSON of a form", "Whatever the values are, the fields must be there and of their types.",
                """
                {
                  "type": "json_schema",
                  "name": "form",
                  "schema": {
                    "type": "object",
                    "required": ["name"],
                    "properties": { "name": { "type": "string" } }
                  }
                }
                """, kind == AnswerKind.Json),
            new("tools", "Same tool calls", "The calls of the row's answer, with their arguments.",
                """
                {
                  "type": "tool_call",
                  "name": "calls",
                  "reference": "{{item.messages[1].tool_calls}}"
                }
                """, kind == AnswerKind.ToolCall),
            new("similar", "Similar words", "Free text: how many of its words the answer shares with the dataset's.",
                $$"""
                {
                  "type": "text_similarity",
                  "name": "similar",
                  "input": "{{output}}",
                  "reference": "{{answer}}",
                  "evaluation_metric": "rouge_l",
                  "pass_threshold": 0.5
                }
                """, kind is AnswerKind.ShortText or AnswerKind.LongText),
            new("regex", "Text of a form", "A pattern that is found in the answer, or is all of it.",
                """
                {
                  "type": "regex",
                  "name": "form",
                  "pattern": "^[a-z_]+$",
                  "match": "full"
                }
                """, false),
            new("right-and-short", "Right and short", "Two graders and a formula: mostly the result, a little the length.",
                $$"""
                {
                  "type": "multi",
                  "name": "right and short",
                  "graders": {
                    "right": { "type": "math", "name": "right", "reference": "{{answer}}" },
                    "short": { "type": "length", "name": "short", "max": 400, "margin": 200 }
                  },
                  "calculate_output": "0.9 * right + 0.1 * short"
                }
                """, false),
            new(Judge, "A judge", "Another model reads the answer and scores it: for tone, helpfulness, style, where no program can check.",
                $$"""
                {
                  "type": "score_model",
                  "name": "judge",
                  "input": [
                    {
                      "role": "user",
                      "content": "Here is what was asked:\n{{PromptField(report)}}\n\nHere is an answer:\n{{output}}\n\nHow good is the answer? 0 is useless or wrong, 0.5 helps a little, 1 is right, clear and no longer than it must be."
                    }
                  ],
                  "range": [0, 1]
                }
                """, false),
            new("python", "Your own function", "Anything a few lines of Python can tell, run in a sandbox.",
                """
                {
                  "type": "python",
                  "name": "mine",
                  "source": "def grade(sample, item):\n    return 1.0 if sample['output_text'].strip() == str(item.get('answer', '')).strip() else 0.0"
                }
                """, kind == AnswerKind.Code),
        ];
        return [.. templates.OrderByDescending(template => template.Fits)];
    }

    // What the model was asked, under the name that the file has for it.
    private static string PromptField(DatasetReport? report) => report?.Format switch
    {
        DatasetFormat.ShareGpt => "{{item.conversations}}",
        DatasetFormat.Alpaca => "{{item.instruction}}",
        DatasetFormat.PromptCompletion => "{{item.prompt}}",
        DatasetFormat.QuestionAnswer => "{{item.question}}",
        DatasetFormat.Table when report.Columns?.Mapping is { } mapping => $"{{{{item.{mapping.User}}}}}",
        _ => "{{item.messages}}",
    };

    // The dataset's own answer is always called answer; rows without one may have it in a field beside the conversation.
    private static string AnswerField(DatasetReport? report)
        => report is { Answers.Kind: AnswerKind.None } && !report.OtherFields.Any(field => field.Name == "answer")
            ? report.OtherFields.FirstOrDefault(field => Truths.Contains(field.Name))?.Name ?? "answer"
            : "answer";
}
