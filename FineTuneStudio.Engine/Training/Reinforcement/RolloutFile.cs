using System.Buffers.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Reads <c>rollouts.jsonl</c> of a run's folder: the answers that each batch was learnt from. Thread-safe; the run may still be writing.</summary>
/// <remarks>A line is a batch: <c>{"step":12,"groups":[…]}</c>, with the step that learnt from it first.</remarks>
public sealed class RolloutFile
{
    private const int StepPrefix = 8;   // {"step":

    private static readonly JsonSerializerOptions Json = RunEvents.JsonOptions;

    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly List<(int Step, long Offset, int Length)> _batches = [];
    private long _read;

    /// <summary>Opens a run's answers, also where there are none yet.</summary>
    /// <param name="runFolder">The run's folder.</param>
    public RolloutFile(string runFolder) => _path = Path.Combine(runFolder, RunFolder.Rollouts);

    /// <summary>The steps that learnt from a new batch, in order.</summary>
    public IReadOnlyList<int> Steps()
    {
        lock (_lock)
        {
            Refresh();
            return [.. _batches.Select(batch => batch.Step)];
        }
    }

    /// <summary>The groups of a batch; none where the step had no batch of its own.</summary>
    public IReadOnlyList<RolloutGroup> Read(int step)
    {
        (int Step, long Offset, int Length) place;
        lock (_lock)
        {
            Refresh();
            place = _batches.FindLast(batch => batch.Step == step);
        }

        if (place.Length == 0)
        {
            return [];
        }

        using var stream = Open();
        stream.Seek(place.Offset, SeekOrigin.Begin);
        var line = new byte[place.Length];
        stream.ReadExactly(line);
        return JsonSerializer.Deserialize<RolloutBatch>(line, Json)?.Groups ?? [];
    }

    /// <summary>A batch as a line of the file, with its line break.</summary>
    internal static byte[] ToLine(RolloutBatch batch) => [.. JsonSerializer.SerializeToUtf8Bytes(batch, Json), (byte)'\n'];

    // Reads on from where it was; anew where a resumed run cut the file back.
    private void Refresh()
    {
        if (!File.Exists(_path))
        {
            _batches.Clear();
            _read = 0;
            return;
        }

        using var stream = Open();
        if (!IsAsItWas(stream))
        {
            _batches.Clear();
            _read = 0;
        }

        stream.Seek(_read, SeekOrigin.Begin);
        var buffer = new byte[1 << 20];
        var head = new byte[StepPrefix + 12];
        var (lineStart, position, headLength) = (_read, _read, 0);
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            var rest = buffer.AsSpan(0, count);
            while (rest.Length > 0)
            {
                var end = rest.IndexOf((byte)'\n');
                var part = end < 0 ? rest : rest[..end];
                var kept = part[..Math.Min(part.Length, head.Length - headLength)];
                kept.CopyTo(head.AsSpan(headLength));
                headLength += kept.Length;
                position += part.Length;
                if (end < 0)
                {
                    break;
                }

                if (headLength > StepPrefix && Utf8Parser.TryParse(head.AsSpan(StepPrefix, headLength - StepPrefix), out int step, out _))
                {
                    // A run that went on from an earlier checkpoint wrote over what came after it.
                    _batches.RemoveAll(batch => batch.Step >= step);
                    _batches.Add((step, lineStart, (int)(position - lineStart)));
                }

                rest = rest[(end + 1)..];
                position++;
                _read = lineStart = position;
                headLength = 0;
            }
        }
    }

    // A run that goes on cuts the file back and writes on: then the last line that is known ends elsewhere.
    private bool IsAsItWas(FileStream stream)
    {
        if (_batches.Count == 0)
        {
            return stream.Length >= _read;
        }

        var (_, offset, length) = _batches[^1];
        stream.Seek(offset + length, SeekOrigin.Begin);
        return stream.ReadByte() == '\n';
    }

    private FileStream Open() => new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
