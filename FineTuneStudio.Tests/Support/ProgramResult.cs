namespace FineTuneStudio.Tests.Support;

/// <summary>What a program said and how it ended.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error);
