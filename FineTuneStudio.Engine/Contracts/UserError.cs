namespace FineTuneStudio.Engine.Contracts;

/// <summary>One thing a person can mend: where it is, what is wrong and what would be accepted.</summary>
/// <param name="Field">The option, file or place, in the words the person used (<c>schedule.warmupSteps</c>, <c>rows.jsonl:17</c>).</param>
/// <param name="Message">What was found, what was expected and the way out, as one sentence or two.</param>
public sealed record UserError(string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Field.Length == 0 ? Message : $"{Field}: {Message}";
}
