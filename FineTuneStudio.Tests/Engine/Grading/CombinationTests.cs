using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Formulas;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Several graders in one, and the formulas between them.</summary>
public sealed class CombinationTests
{
    private const string Exact = """{"type":"string_check","name":"exact","input":"{{sample.output_text}}","reference":"{{item.answer}}","operation":"eq"}""";
    private const string Short = """{"type":"length","name":"short","max":3}""";

    [Theory]
    [InlineData("1 + 2 * 3", 7)]
    [InlineData("(1 + 2) * 3", 9)]
    [InlineData("10 - 4 - 3", 3)]
    [InlineData("8 / 4 / 2", 1)]
    [InlineData("2 ^ 3 ^ 2", 512)]
    [InlineData("-2 ^ 2", -4)]
    [InlineData("2 ^ -1", 0.5)]
    [InlineData("--1", 1)]
    [InlineData("1e2 + .5", 100.5)]
    [InlineData("min(3, a, 2) + max(b, 1)", 2.5)]
    [InlineData("abs(-2) + floor(1.9) + ceil(0.1) + sqrt(16)", 8)]
    [InlineData("exp(0) + log(exp(1))", 2)]
    public void Formula_AnExpression_HasItsValue(string formula, double expected)
        => Assert.Equal(expected, Formula.Parse(formula).Evaluate(new Dictionary<string, double> { ["a"] = 0.5, ["b"] = 2 }), 1e-12);

    [Theory]
    [InlineData("", "Found the end")]
    [InlineData("1 +", "Found the end")]
    [InlineData("1 2", "Found '2' at character 3; expected an operator or the end.")]
    [InlineData("(1", "Found the end; expected ')'.")]
    [InlineData("pow(1, 2)", "Found a function 'pow' at character 1")]
    [InlineData("sqrt(1, 2)", "Found 2 arguments of 'sqrt' at character 1; expected one.")]
    [InlineData("a % b", "Found '%' at character 3")]
    [InlineData("1e999", "Found '1e999' at character 1; expected a number.")]
    public void Formula_ThatIsNone_SaysWhere(string formula, string expected)
        => Assert.StartsWith(expected, Assert.Throws<FormatException>(() => Formula.Parse(formula)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData('(')]
    [InlineData('-')]
    public void Formula_TooDeep_IsRefusedAndNotTheStacksEnd(char sign)
        => Assert.Throws<FormatException>(() => Formula.Parse(new string(sign, 5000) + "1"));

    [Fact]
    public void Formula_LongSum_IsNoDepth() => Assert.Equal(2000, Formula.Parse(string.Join('+', Enumerable.Repeat("1", 2000))).Evaluate(new Dictionary<string, double>()));

    [Fact]
    public void Multi_ObjectOrListOfParts_IsTheFormulaOverTheirScores()
    {
        var byName = Graders.Evaluate($$"""{"type":"multi","name":"m","graders":{"e":{{Exact}},"s":{{Short}}},"calculate_output":"0.7 * e + 0.3 * s"}""", "yes", new { answer = "no" });
        var list = Graders.Evaluate($$"""{"type":"multi","name":"m","graders":[{{Exact}},{{Short}}],"calculate_output":"0.7 * exact + 0.3 * short"}""", "yes", new { answer = "no" });

        Assert.Equal(0.3, byName.Score!.Value, 1e-12);
        Assert.Equal(byName.Score, list.Score);
        Assert.Equal((0, 1), (byName.Parts!["e"].Score, byName.Parts["s"].Score));
    }

    [Fact]
    public void Multi_PartInError_IsAnErrorOnlyWhereTheFormulaNeedsIt()
    {
        string Json(string formula) => $$"""{"type":"multi","name":"m","graders":[{{Exact}},{{Short}}],"calculate_output":"{{formula}}"}""";

        var needed = Graders.Evaluate(Json("exact + short"), "yes");
        var other = Graders.Evaluate(Json("2 * short"), "yes");

        Assert.Equal((null, GradeErrorKind.Part), (needed.Score, needed.Error));
        Assert.Contains("'exact' gave no score: The row has no item.answer", needed.Reason, StringComparison.Ordinal);
        Assert.Equal((2, GradeErrorKind.InvalidVariable), (other.Score, other.Parts!["exact"].Error));
    }

    [Fact]
    public void Multi_WithoutAFiniteValue_IsAnError()
        => Assert.Equal(GradeErrorKind.Formula, Graders.Evaluate($$"""{"type":"multi","name":"m","graders":[{{Short}}],"calculate_output":"1 / (short - 1)"}""", "yes").Error);

    [Theory]
    [InlineData("false", 2.5)]
    [InlineData("true", 0.625)]
    public void Weighted_Parts_AreSummedOrAveraged(string mean, double expected)
        => Assert.Equal(expected, Graders.Evaluate($$"""{"type":"weighted","name":"w","mean":{{mean}},"graders":[{"weight":1.5,"grader":{{Exact}}},{"weight":2.5,"grader":{{Short}}}]}""", "yes", new { answer = "no" }).Score);
}
