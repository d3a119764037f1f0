namespace FineTuneStudio.Application.Runs;

/// <summary>What a page shows first, and everything that happens after it, with nothing lost between the two.</summary>
/// <param name="InitialState">Now.</param>
/// <param name="Updates">Later states, at most ten a second; ends with the run.</param>
public sealed record RunSubscription(RunProgress InitialState, IAsyncEnumerable<RunProgress> Updates);
