using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Application.Datasets;

/// <summary>A row as a model sees it, handed out a stretch at a time: a row may have a million tokens.</summary>
public sealed class RenderedView
{
    private readonly RenderedRow _row;
    private readonly Tokenizer _tokenizer;

    internal RenderedView(RenderedRow row, Renderer renderer)
    {
        (_row, _tokenizer) = (row, renderer.Tokenizer);
        Warnings = [.. renderer.Warnings, .. row.Warnings];
        LearntTokens = row.LearntTokens;
    }

    /// <summary>All tokens, uncut.</summary>
    public int TokenCount => _row.Ids.Length;

    /// <summary>Tokens with a weight above zero.</summary>
    public int LearntTokens { get; }

    /// <summary>What a person should know about this row or model.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Tokens from <paramref name="first"/> on.</summary>
    public IReadOnlyList<TokenView> Tokens(int first, int count)
    {
        var tokens = new TokenView[Math.Clamp(TokenCount - first, 0, count)];
        for (var i = 0; i < tokens.Length; i++)
        {
            var (id, span) = (_row.Ids[first + i], _row.Spans[first + i]);
            tokens[i] = new TokenView(first + i, id, _row.Text[span.Start..span.End], _row.Weights[first + i], _tokenizer.IsSpecial(id));
        }

        return tokens;
    }

    /// <summary>The text of those tokens, in stretches that are all learnt or all only read, control tokens by themselves.</summary>
    public IReadOnlyList<TextPiece> Pieces(int first, int count)
    {
        var pieces = new List<TextPiece>();
        var end = Math.Min(TokenCount, first + count);
        for (var token = first; token < end;)
        {
            var (learnt, special) = (_row.Weights[token] > 0, _tokenizer.IsSpecial(_row.Ids[token]));
            var next = token + 1;
            while (!special && next < end && _row.Weights[next] > 0 == learnt && !_tokenizer.IsSpecial(_row.Ids[next]))
            {
                next++;
            }

            // Up to where the next token begins, so that what no token stands for is shown too.
            var stop = next < TokenCount ? _row.Spans[next].Start : _row.Text.Length;
            pieces.Add(new TextPiece(_row.Text[_row.Spans[token].Start..Math.Max(_row.Spans[token].Start, stop)], learnt, special));
            token = next;
        }

        return pieces;
    }
}
