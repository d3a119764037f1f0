namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>One step of a compiled pattern.</summary>
internal readonly record struct PatternInstruction(PatternOp Op, int First = 0, int Second = 0, CharacterClass? Class = null);
