using System.Collections.Concurrent;
using FineTuneStudio.Engine.Tokenizers.Added;
using FineTuneStudio.Engine.Tokenizers.Models;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>The way from text to ids: added tokens out, normalize, cut, words to the model, frame around.</summary>
internal sealed class TextEncoder
{
    // A long text leaves long buffers behind; the state of such a one is not kept.
    private const int LongestKept = 1 << 20;

    private readonly TokenizerParts _parts;
    private readonly EncodePlan _plan;
    private readonly AddedTokenFinder _raw;
    private readonly AddedTokenFinder _normalized;
    private readonly ConcurrentBag<EncoderState> _idle = [];

    public TextEncoder(TokenizerParts parts, EncodePlan plan)
    {
        _parts = parts;
        _plan = plan;
        _raw = new AddedTokenFinder(parts.AddedTokens.Where(token => !token.IsNormalized).Select(token => (token.Content, token)));
        _normalized = new AddedTokenFinder(parts.AddedTokens.Where(token => token.IsNormalized).Select(token => (Normalize(token.Content), token)));
    }

    /// <summary>The ids of a text.</summary>
    public int[] Encode(string text, EncodeOptions options)
        => Run(text, options, withOffsets: false, static buffer => buffer.Ids.ToArray());

    /// <summary>The ids of a text and what each stands for.</summary>
    public TokenSpan[] EncodeWithOffsets(string text, EncodeOptions options)
        => Run(text, options, withOffsets: true, static buffer => buffer.ToSpans());

    private T Run<T>(string text, EncodeOptions options, bool withOffsets, Func<TokenBuffer, T> read)
    {
        text = WellFormed.Of(text);
        if (!_idle.TryTake(out var state))
        {
            state = new EncoderState();
        }

        state.Output.Reset(withOffsets);
        Frame(options.AddSpecial ? _parts.Frame.Before : [], at: 0, state);
        EncodeRaw(AlignedText.Of(text), options.SpecialText == SpecialText.AsToken, state);
        Frame(options.AddSpecial ? _parts.Frame.After : [], text.Length, state);
        var result = read(state.Output);
        if (text.Length <= LongestKept)
        {
            _idle.Add(state);
        }

        return result;
    }

    private static void Frame(IReadOnlyList<int> ids, int at, EncoderState state)
    {
        foreach (var id in ids)
        {
            state.Output.Add(id, at, at);
        }
    }

    private string Normalize(string content) => (_plan.Normalizer?.Apply(AlignedText.Of(content)) ?? AlignedText.Of(content)).Text.ToString();

    private void EncodeRaw(AlignedText text, bool findsSpecial, EncoderState state)
    {
        var pieces = state.RawPieces;
        pieces.Clear();
        if (!_raw.Split(text.Span, findsSpecial, pieces))
        {
            EncodeNormalized(text, findsSpecial, state);
            return;
        }

        foreach (var (start, end, token) in pieces)
        {
            if (token is null)
            {
                EncodeNormalized(text.Slice(start, end - start), findsSpecial, state);
            }
            else
            {
                state.Output.Add(token.Id, start, end);
            }
        }
    }

    private void EncodeNormalized(AlignedText text, bool findsSpecial, EncoderState state)
    {
        text = _plan.Normalizer?.Apply(text) ?? text;
        var pieces = state.NormalizedPieces;
        pieces.Clear();
        if (!_normalized.Split(text.Span, findsSpecial, pieces))
        {
            EncodePiece(text, state);
            return;
        }

        foreach (var (start, end, token) in pieces)
        {
            var piece = text.Slice(start, end - start);
            if (token is null)
            {
                EncodePiece(piece, state);
            }
            else
            {
                state.Output.Add(token.Id, piece.PointAt(0), piece.Length == 0 ? piece.PointAt(0) : piece.EndOf(piece.Length - 1));
            }
        }
    }

    private void EncodePiece(AlignedText piece, EncoderState state)
    {
        if (_plan.Splitters is null)
        {
            List<AlignedText> words = [];
            _plan.PreTokenizer!.Apply(piece, words);
            foreach (var word in words)
            {
                EncodeWord(word, 0, word.Length, state);
            }

            return;
        }

        piece = _plan.Sign?.Apply(piece) ?? piece;
        Cut(piece.Span, state);
        var start = 0;
        foreach (var end in state.Ends.Ends)
        {
            EncodeWord(piece, start, end, state);
            start = end;
        }
    }

    private void Cut(ReadOnlySpan<char> text, EncoderState state)
    {
        state.Ends.Clear();
        if (text.Length == 0)
        {
            return;
        }

        state.Ends.Add(text.Length);
        foreach (var splitter in _plan.Splitters!)
        {
            (state.Ends, state.OuterEnds) = (state.OuterEnds, state.Ends);
            state.Ends.Clear();
            var start = 0;
            foreach (var end in state.OuterEnds.Ends)
            {
                splitter.Split(text[start..end], start, state.Ends);
                start = end;
            }
        }
    }

    private void EncodeWord(AlignedText text, int start, int end, EncoderState state)
    {
        var word = text.Span[start..end];
        if (word.Length is 0 or > WordCache.LongestWord)
        {
            _parts.Model.Encode(word, _plan.ReadsBytes, state.Work, state.Bytes);
            AddLong(text, start, state);
            return;
        }

        var hash = WordCache.Hash(word);
        if (!state.Cache.TryGet(word, hash, out var first, out var count))
        {
            _parts.Model.Encode(word, _plan.ReadsBytes, state.Work, state.Bytes);
            state.Cache.Add(word, hash, state.Work);
            AddLong(text, start, state);
        }
        else if (state.Output.HasOffsets)
        {
            AddWithOffsets(text, start, state.Cache.Ids(first, count), state.Cache.Spans(first, count), state.Output);
        }
        else
        {
            state.Output.AddRange(state.Cache.Ids(first, count));
        }
    }

    private static void AddLong(AlignedText text, int start, EncoderState state)
    {
        var work = state.Work;
        if (!state.Output.HasOffsets)
        {
            state.Output.AddRange(work.Ids);
            return;
        }

        for (var index = 0; index < work.Count; index++)
        {
            state.Output.Add(work.Ids[index], text.StartOf(start + work.Starts[index]), text.EndOf(start + work.Ends[index] - 1));
        }
    }

    private static void AddWithOffsets(AlignedText text, int start, ReadOnlySpan<int> ids, ReadOnlySpan<ushort> spans, TokenBuffer output)
    {
        for (var index = 0; index < ids.Length; index++)
        {
            output.Add(ids[index], text.StartOf(start + spans[2 * index]), text.EndOf(start + spans[(2 * index) + 1] - 1));
        }
    }
}
