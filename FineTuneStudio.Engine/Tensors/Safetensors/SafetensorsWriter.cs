using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTuneStudio.Engine.Tensors.Safetensors;

/// <summary>Writes safetensors: the same tensors give the same bytes, in the order and layout of the format's own library.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;
    private const int ChunkBytes = 16 << 20;

    /// <summary>What published files carry: they were made for PyTorch's layout.</summary>
    public static IReadOnlyDictionary<string, string> PyTorchMetadata { get; } = new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>Writes tensors, largest element type first, then by name.</summary>
    /// <exception cref="ArgumentException">Two items have one name, or a tensor is not what its item announced.</exception>
    public static void Write(Stream stream, IEnumerable<SafetensorsItem> items, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = items
            .OrderByDescending(item => item.DType.Size())
            .ThenBy(item => item.Name, StringComparer.Ordinal)
            .ToList();
        if (ordered.GroupBy(item => item.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two tensors are named '{twice.Key}'.", nameof(items));
        }

        WriteHeader(stream, ordered, metadata ?? PyTorchMetadata);
        foreach (var item in ordered)
        {
            var rows = 0L;
            foreach (var piece in item.Pieces)
            {
                using var scope = TensorScope.Enter();
                using var off = GradMode.Off();
                var tensor = piece();
                rows += item.Shape.Count == 0 ? 0 : tensor.Size(0);
                WriteData(stream, item, tensor);
            }

            if (item.Shape.Count > 0 && rows != item.Shape[0])
            {
                throw new ArgumentException($"'{item.Name}' was announced with {item.Shape[0]} rows, but has {rows}.");
            }
        }
    }

    /// <summary>Writes tensors that exist already.</summary>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
        => Write(stream, tensors.Select(pair => SafetensorsItem.Of(pair.Key, pair.Value)), metadata);

    private static void WriteHeader(Stream stream, List<SafetensorsItem> items, IReadOnlyDictionary<string, string> metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (metadata.Count > 0)
            {
                writer.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    writer.WriteString(key, value);
                }

                writer.WriteEndObject();
            }

            var position = 0L;
            foreach (var item in items)
            {
                WriteEntry(writer, item, position, position + item.Bytes);
                position += item.Bytes;
            }

            writer.WriteEndObject();
        }

        var padding = (Alignment - (json.WrittenCount % Alignment)) % Alignment;
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)(json.WrittenCount + padding));
        stream.Write(length);
        stream.Write(json.WrittenSpan);
        stream.Write("       "u8[..padding]);
    }

    private static void WriteEntry(Utf8JsonWriter writer, SafetensorsItem item, long begin, long end)
    {
        writer.WriteStartObject(item.Name);
        writer.WriteString("dtype", SafetensorsType.Of(item.DType).Name);
        writer.WriteStartArray("shape");
        foreach (var size in item.Shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(begin);
        writer.WriteNumberValue(end);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static unsafe void WriteData(Stream stream, SafetensorsItem item, Tensor tensor)
    {
        if (tensor.DType != item.DType || tensor.Shape.Count != item.Shape.Count || !tensor.Shape.Skip(1).SequenceEqual(item.Shape.Skip(1)))
        {
            throw new ArgumentException($"'{item.Name}' was announced as [{string.Join(", ", item.Shape)}] {item.DType}, but is {tensor}.");
        }

        var host = tensor.Detach().To(Device.Cpu).Contiguous();
        var start = (byte*)host.DataPointer;
        for (var position = 0L; position < host.Bytes; position += ChunkBytes)
        {
            stream.Write(new ReadOnlySpan<byte>(start + position, (int)Math.Min(ChunkBytes, host.Bytes - position)));
        }
    }
}
