namespace FineTuneStudio.Engine.Contracts;

/// <summary>What a context length costs a dataset.</summary>
/// <param name="Context">Most tokens of a sequence.</param>
/// <param name="RowsCut">Rows that are longer.</param>
/// <param name="TokensLost">Their tokens behind the context.</param>
/// <param name="LearntLost">Learnt ones among those.</param>
/// <param name="RowsLeftOut">Rows that training leaves out: without a learnt token within the context; of prompts, without room for an answer.</param>
public sealed record ContextCut(int Context, int RowsCut, long TokensLost, long LearntLost, int RowsLeftOut);
