using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Judging;

namespace FineTuneStudio.Engine.Grading;

/// <summary>A grader as a person writes it, in OpenAI's JSON and beyond (docs/graders.md). Thread-safe.</summary>
public sealed class Grader
{
    private readonly IGrader _grader;

    private Grader(IGrader grader) => _grader = grader;

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
    public static Grader Parse(string json, string source, IJudge? judge = null)
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

        return Read(element, source, judge);
    }

    /// <summary>Reads a grader that is JSON already.</summary>
    /// <exception cref="UserErrorException">Every fault at once: its place, what was found, what was expected.</exception>
    public static Grader Read(JsonElement definition, string source, IJudge? judge = null)
    {
        var faults = new List<UserError>();
        var grader = new GraderReader(new GraderServices { Judge = judge }, faults).Read(definition, "");
        UserErrorException.ThrowIfAny(faults.Select(fault => fault with { Field = fault.Field.Length == 0 ? source : $"{source}: {fault.Field}" }));
        return new Grader(grader!);
    }

    /// <summary>Scores one answer. What keeps the grader from a score is an error in the grade, never an exception, and never a score of 0.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken) => EvaluateSafely(_grader, sample, cancellationToken);

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
