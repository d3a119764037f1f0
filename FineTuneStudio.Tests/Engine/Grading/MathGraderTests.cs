using FineTuneStudio.Engine.Contracts.Grading;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Numbers and mathematics, however they are written.</summary>
public sealed class MathGraderTests
{
    [Theory]
    [InlineData("1,080", "1080")]
    [InlineData("1{,}080", "1080")]
    [InlineData("1 080", "1080")]
    [InlineData("$1,234,567.50", "1234567.5")]
    [InlineData("\\frac{1}{2}", "0.5")]
    [InlineData("\\dfrac12", "1/2")]
    [InlineData("\\frac{\\sqrt{4}}{4}", "0.5")]
    [InlineData("2\\frac{1}{4}", "9/4")]
    [InlineData("1 1/2", "1.5")]
    [InlineData("½", "0.5")]
    [InlineData("50%", "0.5")]
    [InlineData("50\\%", "1/2")]
    [InlineData("\\boxed{42}", "42")]
    [InlineData("So \\boxed{\\frac{3}{4}} it is.", "0.75")]
    [InlineData("First \\boxed{1}, then \\boxed{2}", "2")]
    [InlineData("We add.\n#### 1,080", "1080")]
    [InlineData("There are two steps, and in the end 72 clips are left.", "#### 72")]
    [InlineData("The answer is **5**.", "5")]
    [InlineData("x = 7", "7")]
    [InlineData("5 km", "5000 m")]
    [InlineData("90 minutes", "1.5 hours")]
    [InlineData("12\\text{ cm}", "12 cm")]
    [InlineData("12 apples", "12")]
    [InlineData("250 cents", "2.5 dollars")]
    [InlineData("3\\times10^{5}", "300000")]
    [InlineData("1.5e3", "1500")]
    [InlineData("2^10", "1024")]
    [InlineData("-2^2", "-4")]
    [InlineData("2\\sqrt{2}", "\\sqrt{8}")]
    [InlineData("2\\pi", "6.283185307179586")]
    [InlineData("\\sqrt[3]{27}", "3")]
    [InlineData("(1, \\frac{1}{2})", "(1.0, 0.5)")]
    [InlineData("x^2 + 1", "x^2+1")]
    [InlineData("\\text{yes}", "yes")]
    [InlineData("−3", "-3")]
    [InlineData("45^\\circ", "45 degrees")]
    [InlineData(".5", "0.50")]
    [InlineData("0.1", "1/10")]
    public void Math_TwoWaysToWriteOne_AreEqual(string output, string reference)
    {
        var grade = Graders.Compare("math", output, reference);

        Assert.True(grade.Score == 1, grade.Reason);
    }

    [Theory]
    [InlineData("1080", "1081")]
    [InlineData("50", "50%")]
    [InlineData("5 km", "5 kg")]
    [InlineData("5 km", "5 m")]
    [InlineData("0.333", "1/3")]
    [InlineData("1,08", "108")]
    [InlineData("(1, 2)", "(2, 1)")]
    [InlineData("(1, 2)", "(1, 2, 3)")]
    [InlineData("x^2+1", "x^2-1")]
    [InlineData("1/0", "0")]
    [InlineData("99999999999999999999999", "99999999999999999999998")]
    [InlineData("", "1")]
    [InlineData("no idea at all, sorry", "1")]
    public void Math_Others_AreNot(string output, string reference)
    {
        var grade = Graders.Compare("math", output, reference);

        Assert.True(grade is { Score: 0, Error: null }, grade.Reason);
    }

    [Fact]
    public void Math_Options_Loosen()
    {
        Assert.Equal(1, Graders.Compare("math", "0.333", "1/3", ("relative_tolerance", 0.01)).Score);
        Assert.Equal(1, Graders.Compare("math", "3.1", "3", ("tolerance", 0.1000001)).Score);
        Assert.Equal(1, Graders.Compare("math", "50", "50%", ("ignore_percent", true)).Score);
        Assert.Equal(0, Graders.Compare("math", "42", "42", ("extract", "boxed")).Score);
    }

    [Fact]
    public void Math_EmptyReference_IsAnError() => Assert.Equal(GradeErrorKind.InvalidReference, Graders.Compare("math", "1", " ").Error);

    [Theory]
    [InlineData("9^9^9^9^9^9")]
    [InlineData("2^99999999999999999999")]
    [InlineData("1e9999")]
    [InlineData("((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))")]
    [InlineData("-----------------------------------------------------------------1")]
    public void Math_HugeNumbersAndDeepBrackets_CostNothing(string output) => Assert.NotNull(Graders.Compare("math", output, "12").Score);

    [Fact]
    public void Math_AnyFraction_EqualsItselfInEveryForm()
        => Prop.ForAll<int, PositiveInt>((top, bottom) =>
            Graders.Compare("math", $"\\frac{{{top}}}{{{bottom.Get}}}", $"{top}/{bottom.Get}").Score == 1
            && Graders.Compare("math", $"{top}/{bottom.Get}", $"{top + 1}/{bottom.Get}").Score == 0).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("I think it is 1,234.5 in all.", "1234.5", 1)]
    [InlineData("3 or 4", "4", 1)]
    [InlineData("-7", "-7", 1)]
    [InlineData("page 2-3", "3", 1)]
    [InlineData("none", "4", 0)]
    [InlineData("4.", "4", 1)]
    public void Number_LastOfTheText_Counts(string output, string reference, double expected)
        => Assert.Equal(expected, Graders.Compare("number", output, reference).Score);

    [Fact]
    public void Number_ReferenceWithoutOne_IsAnError() => Assert.Equal(GradeErrorKind.InvalidReference, Graders.Compare("number", "1", "one").Error);
}
