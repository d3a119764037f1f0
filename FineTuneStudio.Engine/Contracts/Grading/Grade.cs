using System.Text.Json.Serialization;

namespace FineTuneStudio.Engine.Contracts.Grading;

/// <summary>What a grader says of one answer: a score with its reason, or why there is none.</summary>
/// <remarks>An error is not a score of 0: a row that could not be graded teaches nothing, a bad answer teaches much.</remarks>
public sealed record Grade
{
    [JsonConstructor]
    private Grade()
    {
    }

    /// <summary>The reward, finite; <see langword="null"/> exactly where there is an <see cref="Error"/>.</summary>
    [JsonInclude]
    public double? Score { get; private init; }

    /// <summary>Why, in plain words.</summary>
    public required string Reason { get; init; }

    /// <summary>What kept the grader from a score.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonInclude]
    public GradeErrorKind? Error { get; private init; }

    /// <summary>Whether the score reaches the grader's <c>pass_threshold</c>; <see langword="null"/> where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Passed { get; init; }

    /// <summary>The grade of each part of a combination, by its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, Grade>? Parts { get; init; }

    /// <summary>A score.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="score"/> is no finite number.</exception>
    public static Grade Scored(double score, string reason) => double.IsFinite(score)
        ? new Grade { Score = score, Reason = reason }
        : throw new ArgumentOutOfRangeException(nameof(score), score, "A score is a finite number.");

    /// <summary>1 for right, 0 for wrong.</summary>
    public static Grade Of(bool isRight, string reason) => Scored(isRight ? 1 : 0, reason);

    /// <summary>No score, and why.</summary>
    public static Grade Failed(GradeErrorKind error, string reason) => new() { Error = error, Reason = reason };
}
