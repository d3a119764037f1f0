using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Graders;

/// <summary>What became of trying tools.</summary>
/// <param name="Tools">What the model is told of: each function as <c>name(argument: type)</c> with its words.</param>
/// <param name="Line">Where the row that a call was answered with begins in its file, from 1.</param>
/// <param name="Result">What the call was answered.</param>
/// <param name="Milliseconds">How long that took.</param>
public sealed record ToolTrial(IReadOnlyList<(string Signature, string Words)> Tools, long Line, ToolResult Result, double Milliseconds);
