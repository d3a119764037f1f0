namespace FineTuneStudio.Engine.Tokenizers.Texts;

/// <summary>For each unit of a changed text, the units of the original it stands for: from its start up to its end.</summary>
internal sealed record Alignment(int[] Starts, int[] Ends);
