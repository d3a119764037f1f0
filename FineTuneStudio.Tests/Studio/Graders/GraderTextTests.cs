using FineTuneStudio.Application.Graders;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Graders;

public sealed class GraderTextTests
{
    [Fact]
    public void Read_BadFieldInAPart_SaysItsLineAndStaysAnObject()
    {
        var (isObject, faults) = GraderText.Read("""
            {
              "type": "multi",
              "name": "both",
              "graders": {
                "right": {
                  "type": "math",
                  "name": "right"
                }
              },
              "calculate_output": "right"
            }
            """);

        Assert.True(isObject);
        var (line, message) = Assert.Single(faults);
        Assert.InRange(line, 5, 7);
        Assert.Contains("reference", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n  \"type\": \"math\",\n  nonsense\n}", 3)]
    [InlineData("[]", 1)]
    [InlineData("", 1)]
    public void Read_NoObject_IsNotKept(string text, int line)
    {
        var (isObject, faults) = GraderText.Read(text);

        Assert.False(isObject);
        Assert.Equal(line, Assert.Single(faults).Line);
    }

    [Fact]
    public void For_EveryKindOfAnswer_GivesSoundGradersTheFittingFirst()
    {
        foreach (var kind in Enum.GetValues<AnswerKind>())
        {
            var templates = GraderTemplates.For(new DatasetReport { File = "rows.jsonl", Answers = new AnswerStatistics { Kind = kind } });

            Assert.All(templates, template => Assert.Empty(GraderText.Read(template.Json).Faults));
            Assert.Equal(kind != AnswerKind.None, templates[0].Fits);
        }
    }

    [Fact]
    public void For_PromptsWithTheirTruthBesideThem_ReferToIt()
    {
        var templates = GraderTemplates.For(new DatasetReport { File = "rows.jsonl", OtherFields = [new("ground_truth", 10)] });

        Assert.Contains("{{item.ground_truth}}", templates.Single(template => template.Id == "math").Json, StringComparison.Ordinal);
    }
}
