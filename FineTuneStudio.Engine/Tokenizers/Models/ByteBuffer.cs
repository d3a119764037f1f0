using System.Text;
using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Models;

/// <summary>A word's UTF-8 bytes and the characters they belong to; reused from word to word.</summary>
internal sealed class ByteBuffer
{
    private byte[] _values = new byte[256];
    private int[] _starts = [];
    private int[] _ends = [];
    private char[] _symbols = [];
    private int _count;
    private bool _isAscii;

    public ReadOnlySpan<byte> Values => _values.AsSpan(0, _count);

    /// <summary>Takes a word in; lone surrogate halves are not expected.</summary>
    public void Read(ReadOnlySpan<char> word)
    {
        if (_values.Length < word.Length * 3)
        {
            _values = new byte[word.Length * 6];
        }

        _count = Encoding.UTF8.GetBytes(word, _values);
        _isAscii = _count == word.Length;
        if (!_isAscii)
        {
            MapUnits(word);
        }
    }

    /// <summary>The id of the whole word in a byte-level vocabulary, or -1.</summary>
    public int IdIn(Vocabulary vocabulary)
    {
        if (_symbols.Length < _count)
        {
            _symbols = new char[_values.Length];
        }

        for (var index = 0; index < _count; index++)
        {
            _symbols[index] = ByteSymbols.Of(_values[index]);
        }

        return vocabulary.IdOf(_symbols.AsSpan(0, _count));
    }

    /// <summary>Turns places in bytes into places in units; a token that holds part of a character holds it in full.</summary>
    public void ToUnits(MergeWorkspace work)
    {
        if (_isAscii)
        {
            return;
        }

        var starts = work.Starts;
        var ends = work.Ends;
        for (var index = 0; index < work.Count; index++)
        {
            starts[index] = _starts[starts[index]];
            ends[index] = _ends[ends[index] - 1];
        }
    }

    private void MapUnits(ReadOnlySpan<char> word)
    {
        if (_starts.Length < _values.Length)
        {
            _starts = new int[_values.Length];
            _ends = new int[_values.Length];
        }

        var target = 0;
        for (var position = 0; position < word.Length;)
        {
            var codePoint = CodePoint.At(word, position, out var length);
            var bytes = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            for (var end = target + bytes; target < end; target++)
            {
                _starts[target] = position;
                _ends[target] = position + length;
            }

            position += length;
        }
    }
}
