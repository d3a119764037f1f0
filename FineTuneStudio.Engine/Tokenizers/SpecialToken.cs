namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>A token with a role, as the model folder names it.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Text">How it is written.</param>
public readonly record struct SpecialToken(int Id, string Text);
