namespace FineTuneStudio.Application.Runs;

/// <summary>One option over several runs.</summary>
/// <param name="Path">Its place in the specification.</param>
/// <param name="Values">Its value in each; empty where it is not set.</param>
public sealed record OptionRow(string Path, IReadOnlyList<string> Values)
{
    public bool Differs => Values.Distinct().Count() > 1;
}
