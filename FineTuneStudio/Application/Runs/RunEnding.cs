using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Runs;

/// <summary>A run has just ended.</summary>
/// <param name="Id">The run.</param>
/// <param name="Name">As the person calls it.</param>
/// <param name="State">How it ended.</param>
/// <param name="Message">What a person should know about it, or empty.</param>
public sealed record RunEnding(Guid Id, string Name, RunState State, string Message);
