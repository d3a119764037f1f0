namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Sequences that lie packed one after another, of which some follow another one, as answers follow their prompt.</summary>
/// <remarks>
/// N tokens of S sequences. What the fused kernel does not need, each follower as one whole with what it follows, is laid out when it is asked for.
/// </remarks>
public sealed class PrefixedSequences : IDisposable
{
    private readonly Device _device;
    private Layout? _wholes;

    /// <param name="starts">First token of each sequence, and N at the end. <c>[S + 1]</c></param>
    /// <param name="prefixes">Of each sequence the one that it follows, which follows none itself; -1 where there is none. <c>[S]</c></param>
    /// <param name="device">Where the tokens are.</param>
    /// <exception cref="ArgumentException">There are not as many prefixes as sequences, or one follows a sequence that follows another.</exception>
    public PrefixedSequences(int[] starts, int[] prefixes, Device device = default)
    {
        if (prefixes.Length + 1 != starts.Length || !Array.TrueForAll(prefixes, prefix => prefix == -1 || (prefix >= 0 && prefix < prefixes.Length && prefixes[prefix] == -1)))
        {
            throw new ArgumentException($"{starts.Length - 1} sequences need a prefix each that has none itself, or -1: {string.Join(", ", prefixes)}.", nameof(prefixes));
        }

        (Starts, Prefixes, _device) = (starts, prefixes, device);
    }

    /// <summary>First token of each sequence, and N at the end. <c>[S + 1]</c></summary>
    public int[] Starts { get; }

    /// <summary>Of each sequence the one that it follows, or -1. <c>[S]</c></summary>
    public int[] Prefixes { get; }

    /// <summary>Every sequence that nothing follows, with what it follows before it.</summary>
    internal Layout Wholes => _wholes ??= LayOut();

    /// <inheritdoc/>
    public void Dispose() => _wholes?.Dispose();

    private Layout LayOut()
    {
        var (places, firsts, starts) = (new List<long>(), new long[Starts[^1]], new List<int> { 0 });
        Array.Fill(firsts, -1);
        var isFollowed = Prefixes.Where(prefix => prefix >= 0).ToHashSet();
        for (var sequence = 0; sequence < Prefixes.Length; sequence++)
        {
            if (isFollowed.Contains(sequence))
            {
                continue;
            }

            foreach (var part in Prefixes[sequence] < 0 ? [sequence] : (int[])[Prefixes[sequence], sequence])
            {
                for (var token = Starts[part]; token < Starts[part + 1]; token++)
                {
                    firsts[token] = firsts[token] < 0 ? places.Count : firsts[token];
                    places.Add(token);
                }
            }

            starts.Add(places.Count);
        }

        using var scope = TensorScope.Enter();
        var onDevice = _device.IsCpu ? null : Tensor.From<int>([.. starts]).To(_device).Own();
        return new Layout(Tensor.From<long>([.. places]).To(_device).Own(), Tensor.From<long>(firsts).To(_device).Own(), [.. starts], onDevice);
    }

    /// <summary>Whole sequences one after another.</summary>
    /// <param name="Places">Every token of them by its place in the batch. <c>[M]</c>, Int64</param>
    /// <param name="Firsts">The place of each token of the batch in those: in the first whole that it is part of. <c>[N]</c>, Int64</param>
    /// <param name="Starts">First token of each whole, and M at the end.</param>
    /// <param name="StartsOnDevice">The same where kernels of a GPU read them; <see langword="null"/> in main memory.</param>
    internal sealed record Layout(Tensor Places, Tensor Firsts, int[] Starts, Tensor? StartsOnDevice) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose()
        {
            Places.Dispose();
            Firsts.Dispose();
            StartsOnDevice?.Dispose();
        }
    }
}
