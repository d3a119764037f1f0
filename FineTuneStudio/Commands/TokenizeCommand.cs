using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Commands;

/// <summary><c>tokenize</c>: text to ids or ids to text, a JSON value a line.</summary>
internal static class TokenizeCommand
{
    private const string Description = """
        Turn text into token ids, or ids into text: one JSON value a line from standard input, one a line to standard output.

        Without --decode a line is a JSON string and becomes an id array. Special tokens written in the text are found (tiktoken files: taken
        as plain text, like tiktoken's own default); --special adds what the tokenizer puts around a text, and finds special tokens for
        tiktoken files too; --plain takes special tokens in the text as plain text.

        With --decode a line is an id array and becomes a JSON string, special tokens written out; --skip-special leaves them out.
        """;

    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "A model, its folder, a tokenizer.json (gzip too) or a tiktoken file",
            Required = true,
            HelpName = "M_OR_FILE",
        };
        var decode = new Option<bool>("--decode") { Description = "Turn ids into text" };
        var special = new Option<bool>("--special") { Description = "Encode: add the tokenizer's special tokens. Decode: keep special tokens (the default)" };
        var plain = new Option<bool>("--plain") { Description = "Encode: special tokens in the text are plain text" };
        var skip = new Option<bool>("--skip-special") { Description = "Decode: leave special tokens out" };
        var command = new Command("tokenize", Description) { model, decode, special, plain, skip };
        command.SetAction(result => CommandRunner.Run(() =>
        {
            var named = result.GetRequiredValue(model);
            var tokenizer = Tokenizer.Load(File.Exists(named) ? named : ModelArgument.Resolve(named));
            using var input = Console.OpenStandardInput();
            using var output = Console.OpenStandardOutput();
            if (result.GetValue(decode))
            {
                DecodeLines(tokenizer, result.GetValue(skip), input, output);
            }
            else
            {
                EncodeLines(tokenizer, result.GetValue(special), result.GetValue(plain), input, output);
            }

            return CommandRunner.Success;
        }));
        return command;
    }

    /// <summary>A JSON string a line in, an id array a line out.</summary>
    internal static void EncodeLines(Tokenizer tokenizer, bool addsSpecial, bool isPlain, Stream input, Stream output)
    {
        isPlain |= tokenizer.ReadsSpecialAsPlain && !addsSpecial;
        var options = new EncodeOptions { AddSpecial = addsSpecial, SpecialText = isPlain ? SpecialText.AsPlainText : SpecialText.AsToken };
        new JsonLines(input, output).Run((line, target) => Encode(tokenizer, line, options, target));
    }

    /// <summary>An id array a line in, a JSON string a line out.</summary>
    internal static void DecodeLines(Tokenizer tokenizer, bool skipsSpecial, Stream input, Stream output)
        => new JsonLines(input, output).Run((line, target) => Decode(tokenizer, line, skipsSpecial, target));

    private static void Encode(Tokenizer tokenizer, ReadOnlySpan<byte> line, EncodeOptions options, MemoryStream target)
    {
        Span<byte> digits = stackalloc byte[16];
        target.WriteByte((byte)'[');
        var isFirst = true;
        foreach (var id in tokenizer.Encode(ReadText(line), options))
        {
            if (!isFirst)
            {
                target.WriteByte((byte)',');
            }

            isFirst = false;
            id.TryFormat(digits, out var count, provider: CultureInfo.InvariantCulture);
            target.Write(digits[..count]);
        }

        target.WriteByte((byte)']');
    }

    private static void Decode(Tokenizer tokenizer, ReadOnlySpan<byte> line, bool skipSpecial, MemoryStream target)
    {
        var ids = ReadIds(line);
        if (tokenizer.RefusesUnknownIds)
        {
            foreach (var id in ids.Where(id => tokenizer.IdToToken(id) is null))
            {
                throw new FormatException($"The id {id} is not in the vocabulary, which has ids below {tokenizer.VocabularySize}.");
            }
        }

        target.Write(Encoding.ASCII.GetBytes(JsonSerializer.Serialize(tokenizer.Decode(ids, skipSpecial))));
    }

    private static string ReadText(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            throw new FormatException("A line should be a JSON string.");
        }

        try
        {
            var text = reader.GetString()!;
            return reader.Read() ? throw new FormatException("A line should be one JSON string.") : text;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("The text holds half a surrogate pair or bytes that are no UTF-8, which no tokenizer reads.");
        }
    }

    private static int[] ReadIds(ReadOnlySpan<byte> line)
    {
        var ids = new List<int>();
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            throw new FormatException("With --decode a line should be an array of ids.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id) || id < 0)
            {
                throw new FormatException($"An id is a whole number from 0, not '{Encoding.UTF8.GetString(reader.ValueSpan)}'.");
            }

            ids.Add(id);
        }

        return reader.Read() ? throw new FormatException("A line should be one array of ids.") : [.. ids];
    }
}
