using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Judging;

namespace FineTuneStudio.Engine.Grading;

/// <summary>A grader as a person writes it, in OpenAI's JSON and beyond (docs/graders.md). Thread-safe.</summary>
/// <remarks>Dispose it when nothing is graded any more: <c>python</c> graders keep processes.</remarks>
public sealed class Grader : IDisposable
{
    private readonly IGrader _grader;
    private readonly IReadOnlyList<IDisposable> _owned;

    private Grader(IGrader grader, IReadOnlyList<IDisposable> owned) => (_grader, _owned) = (grader, owned);

    /// <summary>What its author calls it.</summary>
    public string Name => _grader.Name;

    /// <summary>Its <c>type</c>.</summary>
    public string Type => _grader.Type;

    /// <summary>Every <c>type</c> there is.</summary>
    public static IEnumerable<string> Types => GraderReader.TypeNames;

    /// <summary>Reads a grader.</summary>
    /// <param name="json">The definition.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="judge">Answers for graders that ask a model.</param>
    /// <exception cref="UserErrorException">Every fault at once: its place, what was found, what was expected.</exception>
    public static Grader Parse(string json, string source, IJudge? judge = null) => Parse(json, source, new GraderServices { Judge = judge });

    /// <summary>Reads a grader that is JSON already.</summary>
    /// <exception cref="UserErrorException">Every fault at once: its place, what was found, what was expected.</exception>
    public static Grader Read(JsonElement definition, string source, IJudge? judge = null) => Read(definition, source, new GraderServices { Judge = judge });

    /// <summary>Reads a grader, with what it needs from outside.</summary>
    internal static Grader Parse(string json, string source, GraderServices services)
    {
        JsonElement element;
        try
        {
            element = JsonText.Parse(json);
        }
        catch (JsonException exception)
        {
            throw new UserErrorException(exception.LineNumber is { } line ? $"{source}:{line + 1}" : source, $"This is no JSON: {JsonText.FirstSentence(exception)}");
        }

        return Read(element, source, services);
    }

    private static Grader Read(JsonElement definition, string source, GraderServices services)
    {
        var faults = new List<UserError>();
        var reader = new GraderReader(services, faults);
        var grader = reader.Read(definition, "");
        UserErrorException.ThrowIfAny(faults.Select(fault => fault with { Field = fault.Field.Length == 0 ? source : $"{source}: {fault.Field}" }));
        return new Grader(grader!, reader.Owned);
    }

    /// <summary>Scores one answer. What keeps the grader from a score is an error in the grade, never an exception, and never a score of 0.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken) => EvaluateSafely(_grader, sample, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }

    /// <summary>One grade of a grader that may throw the two exceptions of this folder.</summary>
    internal static Grade EvaluateSafely(IGrader grader, GradedSample sample, CancellationToken cancellationToken)
    {
        try
        {
            return grader.Evaluate(sample, cancellationToken);
        }
        catch (UnusableAnswerException exception)
        {
            return Grade.Scored(0, exception.Message);
        }
        catch (GradeException exception)
        {
            return Grade.Failed(exception.Kind, exception.Message);
        }
    }
}
