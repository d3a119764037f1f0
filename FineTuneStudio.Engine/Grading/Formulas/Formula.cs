namespace FineTuneStudio.Engine.Grading.Formulas;

/// <summary>An arithmetic formula over named scores: <c>0.7 * exact + 0.3 * max(0, similar)</c>.</summary>
/// <remarks>
/// <c>+ - * / ^</c>, brackets, and <c>min max abs floor ceil exp sqrt log</c>. <c>^</c> binds most and to the right: <c>-2^2</c> is -4,
/// <c>2^3^2</c> is 512. Length and depth are bounded, so that no formula can exhaust the stack.
/// </remarks>
internal sealed class Formula
{
    /// <summary>Most characters.</summary>
    public const int LongestText = 10_000;

    private readonly FormulaValue _value;

    private Formula(string source, FormulaValue value, IReadOnlySet<string> names)
    {
        Source = source;
        _value = value;
        Names = names;
    }

    /// <summary>As written.</summary>
    public string Source { get; }

    /// <summary>The names it reads.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>Reads a formula.</summary>
    /// <exception cref="FormatException">It is none; the message says where, what was found and what was expected.</exception>
    public static Formula Parse(string source)
    {
        var parser = new FormulaParser(source);
        var value = parser.Parse();
        return new Formula(source, value, parser.Names);
    }

    /// <summary>Its value; not finite where there is none (a division by zero, the root of a negative number).</summary>
    public double Evaluate(IReadOnlyDictionary<string, double> scores) => _value(scores);
}
