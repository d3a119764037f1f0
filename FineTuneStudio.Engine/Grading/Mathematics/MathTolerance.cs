namespace FineTuneStudio.Engine.Grading.Mathematics;

/// <summary>How near two numbers must be to count as the same.</summary>
/// <param name="Absolute">Largest difference.</param>
/// <param name="Relative">Largest difference over the reference; <see langword="null"/> is exact for fractions, 1e-9 where a root or π is in it.</param>
/// <param name="IgnorePercent">Whether 50 counts as 50%.</param>
internal sealed record MathTolerance(double Absolute, double? Relative, bool IgnorePercent)
{
    /// <summary>Reads it from the fields of a grader.</summary>
    public static MathTolerance Read(GraderFields fields)
        => new(fields.Number("tolerance", 0, 0), fields.OptionalNumber("relative_tolerance", 0, 1), fields.Flag("ignore_percent"));

    /// <summary>Whether a number is near enough.</summary>
    public bool Allows(MathNumber number, MathNumber reference) => number.IsNear(reference, Absolute, Relative);
}
