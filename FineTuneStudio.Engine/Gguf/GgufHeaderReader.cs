using System.Runtime.InteropServices;
using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Blocks;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>Reads the header of a GGUF file: metadata and places of tensors, every claim checked against the file.</summary>
/// <remarks>Nothing is allocated from a number in the file before it is held against the bytes that are left.</remarks>
internal sealed class GgufHeaderReader
{
    private const int MaxTensors = 100_000;
    private const int MaxKeys = 100_000;
    private const int MaxDimensions = 4;
    private const int MaxTextBytes = 64 << 20;
    private const string AlignmentKey = "general.alignment";

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly byte[] _number = new byte[sizeof(ulong)];

    private GgufHeaderReader(string path, FileStream stream)
    {
        _path = path;
        _stream = stream;
    }

    /// <summary>Metadata and tensors of a file.</summary>
    /// <exception cref="UserErrorException">The file is absent, cut off, or says what cannot be.</exception>
    public static (GgufMetadata Metadata, IReadOnlyDictionary<string, GgufEntry> Entries) Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(path, "There is no such file; expected a GGUF file.");
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return new GgufHeaderReader(path, stream).Read();
        }
        catch (EndOfStreamException)
        {
            throw new UserErrorException(path, "The file ends inside its header. It was cut off; fetch it again.");
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new UserErrorException(path, $"The file cannot be read: {exception.Message}");
        }
    }

    private (GgufMetadata Metadata, IReadOnlyDictionary<string, GgufEntry> Entries) Read()
    {
        if (Number<uint>(4) != 0x46554747)
        {
            throw Refuse("This is no GGUF file: it does not begin with 'GGUF'.");
        }

        var version = Number<uint>(4);
        if (version is not (2 or GgufWriter.Version))
        {
            throw Refuse($"The file has version {version} of the format; 2 and {GgufWriter.Version} are read.");
        }

        var tensors = Count(MaxTensors, "tensors");
        var keys = Count(MaxKeys, "metadata keys");
        var metadata = new GgufMetadata();
        for (var index = 0; index < keys; index++)
        {
            var key = Text();
            if (metadata.Contains(key))
            {
                throw Refuse($"The key '{key}' stands twice in the metadata.");
            }

            metadata.Set(key, Value((GgufValueType)Number<int>(4)));
        }

        return (metadata, Entries(tensors, metadata.FindNumber(AlignmentKey) ?? GgufWriter.Alignment));
    }

    private Dictionary<string, GgufEntry> Entries(int count, long alignment)
    {
        if (alignment is not (>= 8 and <= 1 << 20) || alignment % 8 != 0)
        {
            throw Refuse($"{AlignmentKey} is {alignment}; expected a multiple of 8 up to a mebibyte.");
        }

        var claims = new List<GgufEntry>();
        for (var index = 0; index < count; index++)
        {
            claims.Add(Claim());
        }

        var dataStart = (_stream.Position + alignment - 1) / alignment * alignment;
        var entries = new Dictionary<string, GgufEntry>(StringComparer.Ordinal);
        foreach (var claim in claims)
        {
            if (claim.Begin % alignment != 0 || claim.Begin > _stream.Length - dataStart - claim.Bytes)
            {
                throw Refuse(claim.Name, $"begins at byte {claim.Begin} of the data and takes {claim.Bytes}, which is unaligned or beyond the file's end. It was cut off; fetch it again.");
            }

            if (!entries.TryAdd(claim.Name, claim with { Begin = dataStart + claim.Begin }))
            {
                throw Refuse(claim.Name, "stands twice in the header.");
            }
        }

        return entries;
    }

    private GgufEntry Claim()
    {
        var name = Text();
        var dimensions = Number<uint>(4);
        if (dimensions is 0 or > MaxDimensions)
        {
            throw Refuse(name, $"has {dimensions} dimensions; from 1 to {MaxDimensions} are accepted.");
        }

        var shape = new long[dimensions];
        Int128 elements = 1;
        for (var index = shape.Length - 1; index >= 0; index--)
        {
            shape[index] = Number<long>(8);
            elements *= shape[index];
            if (shape[index] < 1 || elements > _stream.Length * 32)
            {
                throw Refuse(name, $"has a dimension of {shape[index]}, which does not fit the file's {_stream.Length} bytes.");
            }
        }

        var type = (GgufType)Number<int>(4);
        var format = BlockFormat.Find(type) ?? throw Refuse(name, $"has the type {(int)type}, which is not read.");
        if (shape[^1] % format.Values != 0)
        {
            throw Refuse(name, $"has rows of {shape[^1]} numbers, which blocks of {format.Values} ({type}) do not fill.");
        }

        var begin = Number<long>(8);
        return begin >= 0 ? new GgufEntry(name, type, shape, begin, format.BytesOf((long)elements)) : throw Refuse(name, $"begins at byte {begin}.");
    }

    private object Value(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 => Number<byte>(1),
        GgufValueType.Int8 => Number<sbyte>(1),
        GgufValueType.UInt16 => Number<ushort>(2),
        GgufValueType.Int16 => Number<short>(2),
        GgufValueType.UInt32 => Number<uint>(4),
        GgufValueType.Int32 => Number<int>(4),
        GgufValueType.UInt64 => Number<ulong>(8),
        GgufValueType.Int64 => Number<long>(8),
        GgufValueType.Float32 => BitConverter.Int32BitsToSingle(Number<int>(4)),
        GgufValueType.Float64 => BitConverter.Int64BitsToDouble(Number<long>(8)),
        GgufValueType.Bool => Number<byte>(1) != 0,
        GgufValueType.String => Text(),
        GgufValueType.Array => List(),
        _ => throw Refuse($"The metadata holds a value of the unknown type {(int)type}."),
    };

    private Array List() => (GgufValueType)Number<int>(4) switch
    {
        GgufValueType.UInt8 => Numbers<byte>(1),
        GgufValueType.Int8 => Numbers<sbyte>(1),
        GgufValueType.UInt16 => Numbers<ushort>(2),
        GgufValueType.Int16 => Numbers<short>(2),
        GgufValueType.UInt32 => Numbers<uint>(4),
        GgufValueType.Int32 => Numbers<int>(4),
        GgufValueType.UInt64 => Numbers<ulong>(8),
        GgufValueType.Int64 => Numbers<long>(8),
        GgufValueType.Float32 => Numbers<float>(4),
        GgufValueType.Float64 => Numbers<double>(8),
        GgufValueType.Bool => Array.ConvertAll(Numbers<byte>(1), flag => flag != 0),
        GgufValueType.String => Texts(),
        var type => throw Refuse($"The metadata holds a list of the type {(int)type}, which is not read."),
    };

    private T[] Numbers<T>(int bytes)
        where T : unmanaged
    {
        var numbers = new T[Count((_stream.Length - _stream.Position) / bytes, "numbers of a list")];
        _stream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    private string[] Texts()
    {
        var texts = new string[Count((_stream.Length - _stream.Position) / sizeof(long), "texts of a list")];
        for (var index = 0; index < texts.Length; index++)
        {
            texts[index] = Text();
        }

        return texts;
    }

    private string Text()
    {
        var bytes = new byte[Count(Math.Min(MaxTextBytes, _stream.Length - _stream.Position), "bytes of a text")];
        _stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private int Count(long most, string what)
    {
        var count = Number<ulong>(8);
        return count <= (ulong)most && count <= int.MaxValue
            ? (int)count
            : throw Refuse($"The header claims {count} {what}; the file has room for {most} at most. It was cut off or is broken; fetch it again.");
    }

    private T Number<T>(int bytes)
        where T : unmanaged
    {
        _stream.ReadExactly(_number, 0, bytes);
        return MemoryMarshal.Read<T>(_number);
    }

    private UserErrorException Refuse(string message) => new(_path, message);

    private UserErrorException Refuse(string tensor, string message) => new(_path, $"Tensor '{tensor}' {message}");
}
