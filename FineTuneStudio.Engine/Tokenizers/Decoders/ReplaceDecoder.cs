using System.Text;
using FineTuneStudio.Engine.Tokenizers.Patterns;

namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>Puts a fixed text in the place of every match in every piece.</summary>
internal sealed class ReplaceDecoder(MatchFinder finder, string content, string? literal) : Decoder
{
    /// <summary>What is put in.</summary>
    public string Content { get; } = content;

    /// <summary>What is replaced, where that is a fixed text.</summary>
    public string? Literal { get; } = literal;

    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces) => [.. pieces.Select(Replace)];

    private string Replace(string piece)
    {
        if (Literal is { Length: > 0 })
        {
            return piece.Replace(Literal, Content, StringComparison.Ordinal);
        }

        var result = new StringBuilder();
        var done = 0;
        foreach (var (start, end) in finder.FindAll(piece))
        {
            result.Append(piece, done, start - done).Append(Content);
            done = end;
        }

        return result.Append(piece, done, piece.Length - done).ToString();
    }
}
