namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>One token and the part of the original text it stands for.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Start">First UTF-16 unit of the original text that the token covers.</param>
/// <param name="End">One past the last UTF-16 unit; equal to <paramref name="Start"/> for tokens that no text stands behind.</param>
/// <remarks>
/// Over a whole encoding neither <see cref="Start"/> nor <see cref="End"/> ever falls. A character cut into several tokens belongs to each of
/// them in full, so such a token starts before its predecessor's end; white space belongs to the token that holds it (it is never trimmed).
/// </remarks>
public readonly record struct TokenSpan(int Id, int Start, int End);
