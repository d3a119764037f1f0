using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Values of rows and answers in texts.</summary>
public sealed class TextTemplateTests
{
    [Theory]
    [InlineData("{{item.answer}}", "4")]
    [InlineData("{{ item.list[1].deep }}!", "yes!")]
    [InlineData("{{item.list.0}} and {{item.list[0]}}", "1.50 and 1.50")]
    [InlineData("{{item.list}}", "[1.50,{\"deep\":\"yes\"}]")]
    [InlineData("{{sample.output_text}}", "{\"a\":{\"b\":true}}")]
    [InlineData("{{sample.output_json.a}}", "{\"b\":true}")]
    [InlineData("{{sample.output_json.a.b}}", "true")]
    [InlineData("{{sample.output_tools[0].function.name}}", "look")]
    [InlineData("{{sample.choices[0].message.content}}", "{\"a\":{\"b\":true}}")]
    [InlineData("no place }} here", "no place }} here")]
    [InlineData("", "")]
    public void Render_APlace_HoldsItsValue(string template, string expected)
    {
        using var item = System.Text.Json.JsonDocument.Parse("""{"answer":"4","list":[1.50,{"deep":"yes"}]}""");
        var sample = Graders.Sample("{\"a\":{\"b\":true}}", tools: new[] { new { function = new { name = "look" } } }) with { Item = item.RootElement };

        Assert.Equal(expected, TextTemplate.Parse(template, Assert.Fail).Render(sample));
    }

    [Fact]
    public void Render_ValueWithBraces_IsNotReadAgain()
        => Assert.Equal("{{item.secret}}", TextTemplate.Parse("{{sample.output_text}}", Assert.Fail).Render(Graders.Sample("{{item.secret}}", new { secret = "x" })));

    [Fact]
    public void Evaluate_RowWithoutTheField_IsAnErrorAndNoZero()
    {
        var grade = Graders.Evaluate("string_check", new { input = "{{sample.output_text}}", reference = "{{item.anwser}}", operation = "eq" }, "4", new { answer = "4" });

        Assert.Equal((null, GradeErrorKind.InvalidVariable), (grade.Score, grade.Error));
        Assert.Equal("The row has no item.anwser: 'anwser' is not there.", grade.Reason);
    }

    [Theory]
    [InlineData("{{sample.output_json.a}}", "no json", "The answer is no JSON")]
    [InlineData("{{sample.output_json.a}}", "{\"b\":1}", "The answer has no sample.output_json.a")]
    [InlineData("{{sample.output_tools}}", "text", "The answer calls no tool.")]
    public void Evaluate_AnswerWithoutTheValue_IsTheAnswersFaultAndZero(string input, string output, string reason)
    {
        var grade = Graders.Evaluate("string_check", new { input, reference = "1", operation = "eq" }, output);

        Assert.Equal((0.0, null), (grade.Score, grade.Error));
        Assert.StartsWith(reason, grade.Reason, StringComparison.Ordinal);
    }
}
