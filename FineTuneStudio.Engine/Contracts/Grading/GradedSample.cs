using System.Text.Json;

namespace FineTuneStudio.Engine.Contracts.Grading;

/// <summary>One answer of a model and the dataset's row it answers: all that a grader sees.</summary>
/// <param name="Item">The row, an object; its fields are <c>{{item.…}}</c>.</param>
/// <param name="OutputText">What the model said, at last: <c>{{sample.output_text}}</c>.</param>
/// <param name="OutputTools">Its tool calls in OpenAI's form, a list: <c>{{sample.output_tools}}</c>.</param>
public sealed record GradedSample(JsonElement Item, string OutputText, JsonElement? OutputTools = null)
{
    /// <summary>Everything that was said after the prompt, a list of messages, where the answer used tools; graders in Python see it as <c>sample["messages"]</c>.</summary>
    public JsonElement? Messages { get; init; }
}
