using System.Buffers;
using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Blocks;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>Writes GGUF, version 3: metadata, then tensors, a few rows of one at a time.</summary>
internal static class GgufWriter
{
    /// <summary>Where data begins and each tensor begins, in bytes; the format's default.</summary>
    public const int Alignment = 32;

    /// <summary>The version written.</summary>
    public const uint Version = 3;

    // Large enough to keep every processor at work on it, small beside any model.
    private const long ChunkNumbers = 4 << 20;

    /// <summary>Writes a whole file.</summary>
    /// <param name="stream">Written in order.</param>
    /// <param name="metadata">The key-value part.</param>
    /// <param name="items">The tensors, in order.</param>
    /// <param name="progress">Bytes of tensors written so far, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at between chunks.</param>
    /// <exception cref="UserErrorException">A number is beyond what its type holds.</exception>
    public static void Write(Stream stream, GgufMetadata metadata, IReadOnlyList<GgufItem> items, Action<long>? progress, CancellationToken cancellationToken)
    {
        WriteHeader(stream, metadata, items);
        var written = 0L;
        foreach (var item in items)
        {
            using var off = GradMode.Off();
            written = WriteRows(stream, item, written, progress, cancellationToken);
            stream.Write(Padding(item.Bytes));
        }
    }

    private static void WriteHeader(Stream stream, GgufMetadata metadata, IReadOnlyList<GgufItem> items)
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write("GGUF"u8);
            writer.Write(Version);
            writer.Write((long)items.Count);
            writer.Write((long)metadata.Keys.Count);
            foreach (var key in metadata.Keys)
            {
                WriteText(writer, key);
                WriteValue(writer, metadata[key]);
            }

            var position = 0L;
            foreach (var item in items)
            {
                WriteText(writer, item.Name);
                writer.Write((uint)item.Shape.Count);
                foreach (var size in item.Shape.Reverse())
                {
                    writer.Write(size);
                }

                writer.Write((uint)item.Type);
                writer.Write(position);
                position += item.Bytes + Padding(item.Bytes).Length;
            }

            writer.Write(Padding(buffer.Length));
        }

        buffer.WriteTo(stream);
    }

    private static void WriteValue(BinaryWriter writer, object value)
    {
        if (value is not Array array)
        {
            writer.Write((uint)GgufMetadata.TypeOf(value.GetType()));
            WriteScalar(writer, value);
            return;
        }

        writer.Write((uint)GgufValueType.Array);
        writer.Write((uint)GgufMetadata.TypeOf(array.GetType().GetElementType()!));
        writer.Write((long)array.Length);
        foreach (var element in array)
        {
            WriteScalar(writer, element);
        }
    }

    private static void WriteScalar(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte number: writer.Write(number); break;
            case sbyte number: writer.Write(number); break;
            case ushort number: writer.Write(number); break;
            case short number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case ulong number: writer.Write(number); break;
            case long number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case double number: writer.Write(number); break;
            case bool flag: writer.Write(flag); break;
            case string text: WriteText(writer, text); break;
            default: throw new ArgumentException($"GGUF has no {value.GetType().Name}.", nameof(value));
        }
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((long)bytes.Length);
        writer.Write(bytes);
    }

    private static long WriteRows(Stream stream, GgufItem item, long written, Action<long>? progress, CancellationToken cancellationToken)
    {
        var step = Math.Max(1, ChunkNumbers / item.RowLength);
        for (var first = 0L; first < item.Rows; first += step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = TensorScope.Enter();
            var count = Math.Min(step, item.Rows - first);
            var rows = item.Source(first, count);
            if (rows.ElementCount != count * item.RowLength)
            {
                throw new ArgumentException($"'{item.Name}' was announced with rows of {item.RowLength}, but {count} of them are {rows}.");
            }

            written += WriteChunk(stream, item, rows.To(Device.Cpu));
            progress?.Invoke(written);
        }

        return written;
    }

    private static int WriteChunk(Stream stream, GgufItem item, Tensor rows)
    {
        var bytes = (int)BlockFormat.Of(item.Type).BytesOf(rows.ElementCount);
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            RowEncoder.Encode(rows, item.Type, item.Name, buffer);
            stream.Write(buffer, 0, bytes);
            return bytes;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Padding(long length) => new byte[(Alignment - (length % Alignment)) % Alignment];
}
