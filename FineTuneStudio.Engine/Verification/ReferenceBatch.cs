using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Verification;

/// <summary>A padded batch of reference numbers, packed as this engine computes it; padding is on the right.</summary>
public sealed class ReferenceBatch : IDisposable
{
    private const int NotLearnt = -100;

    private ReferenceBatch(int rows, int width, int[] ids, bool[] real, int[]? labels, Device device)
    {
        (Rows, Width) = (rows, width);
        var sequences = new List<int[]>();
        var places = new List<long>();
        var learnt = new List<long>();
        var targets = new List<long>();
        for (var row = 0; row < rows; row++)
        {
            var length = 0;
            while (length < width && real[(row * width) + length])
            {
                length++;
            }

            for (var position = 0; position < length; position++)
            {
                var place = (row * width) + position;

                // The label of a position is its own token; it is predicted from the position before.
                if (labels is not null && position + 1 < length && labels[place + 1] != NotLearnt)
                {
                    learnt.Add(places.Count);
                    targets.Add(labels[place + 1]);
                }

                places.Add(place);
            }

            sequences.Add(ids[(row * width)..((row * width) + length)]);
        }

        using var scope = TensorScope.Enter();
        Places = Tensor.From<long>([.. places]).Own();
        Learning = new MicroBatch(
            TokenBatch.FromSequences(sequences, device, ropeLength: width),
            Tensor.From<long>([.. learnt], learnt.Count).To(device).Own(),
            Tensor.From<long>([.. targets], targets.Count).To(device).Own(),
            weights: null);
    }

    /// <summary>Rows of the padded batch.</summary>
    public int Rows { get; }

    /// <summary>Width of the padded batch.</summary>
    public int Width { get; }

    /// <summary>The real tokens.</summary>
    public TokenBatch Tokens => Learning.Tokens;

    /// <summary>Place of each real token in the padded batch, row by row; in main memory, as the reference's tensors are. <c>[N]</c></summary>
    public Tensor Places { get; }

    /// <summary>Number of tokens learnt.</summary>
    public long LearntTokens => Learning.Targets.ElementCount;

    /// <summary>The batch as training takes it.</summary>
    internal MicroBatch Learning { get; }

    /// <summary>Reads <c>input_ids</c>, <c>attention_mask</c> and, where it is there, <c>labels</c>.</summary>
    /// <param name="file">Reference numbers.</param>
    /// <param name="prefix">What the names begin with, e.g. <c>3.</c> in a trace.</param>
    /// <param name="device">Where the model is.</param>
    /// <exception cref="UserErrorException">The file lacks them, their shapes differ, or a row is padded elsewhere than on the right.</exception>
    public static ReferenceBatch Read(SafetensorsFile file, string prefix = "", Device device = default)
    {
        var ids = ReadInts(file, prefix + "input_ids", out var shape);
        var mask = ReadInts(file, prefix + "attention_mask", out var maskShape);
        var labels = file.Contains(prefix + "labels") ? ReadInts(file, prefix + "labels", out _) : null;
        if (shape.Count != 2 || shape[0] < 1 || shape[1] < 1 || !shape.SequenceEqual(maskShape) || (labels is not null && labels.Length != ids.Length))
        {
            throw new UserErrorException(file.Header.Path, $"{prefix}input_ids, attention_mask and labels must be whole numbers of one shape [rows, width].");
        }

        var (rows, width) = ((int)shape[0], (int)shape[1]);
        for (var row = 0; row < rows; row++)
        {
            var line = mask.AsSpan(row * width, width);
            if (line[0] == 0 || line.TrimEnd(0).Contains(0))
            {
                throw new UserErrorException(file.Header.Path, $"{prefix}attention_mask, row {row}: only padding on the right of at least one token is understood.");
            }
        }

        return new ReferenceBatch(rows, width, ids, Array.ConvertAll(mask, value => value != 0), labels, device);
    }

    /// <summary>The real tokens' entries of a padded reference tensor.</summary>
    /// <param name="padded"><c>[rows, width, ...]</c></param>
    /// <returns><c>[N, ...]</c></returns>
    public Tensor Select(Tensor padded)
    {
        using var scope = TensorScope.Enter();
        return scope.Keep(padded.Reshape([(long)Rows * Width, .. padded.Shape.Skip(2)]).IndexSelect(0, Places));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Learning.Dispose();
        Places.Dispose();
    }

    /// <summary>A tensor of small whole numbers.</summary>
    internal static int[] ReadInts(SafetensorsFile file, string name, out IReadOnlyList<long> shape)
    {
        using var scope = TensorScope.Enter();
        var tensor = file.Get(name);
        shape = tensor.Shape;
        return tensor.DType is DType.Int32 or DType.Int64
            ? tensor.ToArray<int>()
            : throw new UserErrorException(file.Header.Path, $"Tensor '{name}' is {tensor}; expected whole numbers.");
    }
}
