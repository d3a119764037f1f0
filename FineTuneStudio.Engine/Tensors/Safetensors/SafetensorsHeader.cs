using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Tensors.Safetensors;

/// <summary>The header of a safetensors file: names, types, shapes and places of its tensors, every claim checked against the file.</summary>
/// <remarks>
/// The format: 8 bytes little-endian length, so much JSON, the data. Nothing is allocated from a number in the file before it is held
/// against the file's size. Holes between tensors are refused like overlaps: they let one file be two things at once.
/// </remarks>
public sealed class SafetensorsHeader
{
    /// <summary>Longest header accepted, in bytes.</summary>
    public const int MaxLength = 100_000_000;

    private const int MaxTensors = 100_000;
    private const int MaxNameLength = 512;
    private const int LengthBytes = 8;
    private const string MetadataKey = "__metadata__";

    private readonly Dictionary<string, SafetensorsEntry> _entries;

    private SafetensorsHeader(string path, long dataStart, Dictionary<string, SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        Path = path;
        DataStart = dataStart;
        _entries = entries;
        Metadata = metadata;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Place of the first data byte in the file.</summary>
    public long DataStart { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    /// <summary>The free text fields of the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads and checks the header; the data stays untouched.</summary>
    /// <exception cref="UserErrorException">The file is absent, cut off, or says what cannot be.</exception>
    public static SafetensorsHeader Read(string path)
    {
        try
        {
            // Pipes and devices have no length; opening one could wait for ever.
            if (new FileInfo(path) is { Exists: true, Length: 0 })
            {
                throw Refuse(path, "The file is empty, or no regular file. Fetch it again.");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Read(path, stream);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException(path, "There is no such file; expected a safetensors file.");
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new UserErrorException(path, $"The file cannot be read: {exception.Message}");
        }
    }

    private static SafetensorsHeader Read(string path, FileStream stream)
    {
        var fileLength = stream.Length;
        if (fileLength < LengthBytes + 2)
        {
            throw Refuse(path, $"The file has {fileLength} bytes, too few for a safetensors file. Fetch it again.");
        }

        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        stream.ReadExactly(lengthBytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > MaxLength)
        {
            throw Refuse(path, $"The header claims {length} bytes; at most {MaxLength} are accepted. This is no safetensors file, or a broken one.");
        }

        if ((long)length > fileLength - LengthBytes)
        {
            throw Refuse(path, $"The header claims {length} bytes, but the file ends after {fileLength - LengthBytes}. It was cut off; fetch it again.");
        }

        var json = new byte[length];
        stream.ReadExactly(json);
        var dataStart = LengthBytes + (long)length;
        return Parse(path, json, dataStart, fileLength - dataStart);
    }

    private static SafetensorsHeader Parse(string path, byte[] json, long dataStart, long dataLength)
    {
        if (json.Length == 0 || json[0] != (byte)'{' || !Utf8.IsValid(json))
        {
            throw Refuse(path, "The header is not a JSON object in UTF-8. This is no safetensors file, or a broken one.");
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.NameEquals(MetadataKey))
                {
                    ReadMetadata(path, property.Value, metadata);
                    continue;
                }

                if (entries.Count == MaxTensors)
                {
                    throw Refuse(path, $"The header names more than {MaxTensors} tensors.");
                }

                var entry = ReadEntry(path, property.Name, property.Value);
                entries.Add(entry.Name, entry);
            }

            CheckLayout(path, entries.Values, dataLength);
            return new SafetensorsHeader(path, dataStart, entries, metadata);
        }
        catch (JsonException exception)
        {
            throw Refuse(path, $"The header is broken JSON: {exception.Message}");
        }
    }

    private static void ReadMetadata(string path, JsonElement value, Dictionary<string, string> metadata)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(path, $"{MetadataKey} is no object of texts.");
        }

        foreach (var field in value.EnumerateObject())
        {
            metadata[field.Name] = field.Value.ValueKind == JsonValueKind.String
                ? field.Value.GetString()!
                : throw Refuse(path, $"{MetadataKey}.{field.Name} is no text.");
        }
    }

    private static SafetensorsEntry ReadEntry(string path, string name, JsonElement value)
    {
        if (name.Length is 0 or > MaxNameLength)
        {
            throw Refuse(path, $"A tensor's name has {name.Length} characters; from 1 to {MaxNameLength} are accepted.");
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(path, name, "is described by something other than an object.");
        }

        SafetensorsType? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        foreach (var field in value.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype" when field.Value.ValueKind == JsonValueKind.String:
                    type = SafetensorsType.Find(field.Value.GetString()!)
                        ?? throw Refuse(path, name, $"has the unknown element type '{field.Value.GetString()}'; known are {SafetensorsType.AllNames}.");
                    break;
                case "shape":
                    shape = ReadNumbers(path, name, field);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(path, name, field);
                    break;
                default:
                    throw Refuse(path, name, $"has an unexpected field or value at '{field.Name}'; expected dtype, shape and data_offsets.");
            }
        }

        if (type is null || shape is null || offsets is not { Length: 2 })
        {
            throw Refuse(path, name, "lacks dtype, shape or the two data_offsets.");
        }

        var entry = new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
        CheckSize(path, entry);
        return entry;
    }

    private static long[] ReadNumbers(string path, string name, JsonProperty field)
    {
        if (field.Value.ValueKind != JsonValueKind.Array || field.Value.GetArrayLength() > 8)
        {
            throw Refuse(path, name, $"has a '{field.Name}' that is no list of at most 8 numbers.");
        }

        return [.. field.Value.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= 0
                ? number
                : throw Refuse(path, name, $"has {item.GetRawText()} in '{field.Name}'; expected a whole number from 0 up."))];
    }

    private static void CheckSize(string path, SafetensorsEntry entry)
    {
        Int128 bits = entry.Type.Bits;
        foreach (var size in entry.Shape)
        {
            bits *= size;
            if (bits > long.MaxValue)
            {
                throw Refuse(path, entry.Name, $"has the impossible size {entry.ShapeText}.");
            }
        }

        if (entry.End < entry.Begin)
        {
            throw Refuse(path, entry.Name, $"ends at byte {entry.End} before it begins at {entry.Begin}.");
        }

        if (bits % 8 != 0 || bits / 8 != entry.Bytes)
        {
            throw Refuse(path, entry.Name, $"takes {bits / 8} bytes as {entry.Type.Name} {entry.ShapeText}, but its offsets span {entry.Bytes}.");
        }
    }

    private static void CheckLayout(string path, IEnumerable<SafetensorsEntry> entries, long dataLength)
    {
        var position = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != position)
            {
                throw Refuse(path, entry.Name, entry.Begin < position
                    ? $"begins at byte {entry.Begin}, inside the tensor before it, which ends at {position}."
                    : $"begins at byte {entry.Begin} and leaves a hole after byte {position}.");
            }

            position = entry.End;
        }

        if (position != dataLength)
        {
            throw Refuse(path, position > dataLength
                ? $"The tensors need {position} bytes of data, but the file has {dataLength}. It was cut off; fetch it again."
                : $"The tensors take {position} bytes of data, but the file has {dataLength}: {dataLength - position} belong to nothing.");
        }
    }

    private static UserErrorException Refuse(string path, string message) => new(path, message);

    private static UserErrorException Refuse(string path, string tensor, string message) => new(path, $"Tensor '{tensor}' {message}");
}
