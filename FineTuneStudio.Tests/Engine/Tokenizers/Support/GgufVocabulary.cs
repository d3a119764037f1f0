using System.Text;
using FineTuneStudio.Engine.Tokenizers.Models;

namespace FineTuneStudio.Tests.Engine.Tokenizers.Support;

/// <summary>The vocabulary inside a GGUF file: only what tokenizer tests need of the format.</summary>
internal sealed record GgufVocabulary(IReadOnlyList<string> Tokens, IReadOnlyList<float> Scores, IReadOnlyList<int> Kinds, IReadOnlyList<string> Merges)
{
    public IReadOnlyList<SentencePiece> Pieces
        => [.. Tokens.Select((token, id) => new SentencePiece(token, Scores[id], (SentencePieceKind)Kinds[id]))];

    public static GgufVocabulary Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path), Encoding.UTF8);
        if (reader.ReadUInt32() != 0x46554747)
        {
            throw new InvalidDataException($"{path} is no GGUF file.");
        }

        reader.ReadUInt32();
        reader.ReadUInt64();
        var count = reader.ReadUInt64();
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        for (var index = 0UL; index < count; index++)
        {
            values[ReadText(reader)] = ReadValue(reader, reader.ReadUInt32());
        }

        return new GgufVocabulary(
            List<string>(values, "tokens"), List<float>(values, "scores"), List<int>(values, "token_type"), List<string>(values, "merges"));
    }

    private static List<T> List<T>(Dictionary<string, object> values, string name)
        => values.TryGetValue($"tokenizer.ggml.{name}", out var value) ? [.. ((List<object>)value).Cast<T>()] : [];

    private static string ReadText(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));

    private static object ReadValue(BinaryReader reader, uint type) => type switch
    {
        0 => reader.ReadByte(),
        1 => reader.ReadSByte(),
        2 => reader.ReadUInt16(),
        3 => reader.ReadInt16(),
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadBoolean(),
        8 => ReadText(reader),
        9 => ReadList(reader),
        10 => reader.ReadUInt64(),
        11 => reader.ReadInt64(),
        12 => reader.ReadDouble(),
        _ => throw new InvalidDataException($"Unknown GGUF type {type}."),
    };

    private static List<object> ReadList(BinaryReader reader)
    {
        var type = reader.ReadUInt32();
        var count = (int)reader.ReadUInt64();
        List<object> items = new(count);
        for (var index = 0; index < count; index++)
        {
            items.Add(ReadValue(reader, type));
        }

        return items;
    }
}
