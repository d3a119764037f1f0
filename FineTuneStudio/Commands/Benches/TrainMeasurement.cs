namespace FineTuneStudio.Commands.Benches;

/// <summary>What a training bench's process found.</summary>
/// <param name="TokensPerSecond">Median over the steps.</param>
/// <param name="ToLibrary">4 N tokens/s over the library's product rate, median over the rounds.</param>
/// <param name="ToLimit">4 N tokens/s over the processor's limit.</param>
/// <param name="LibraryRate">bf16 products of the model's shapes by the library. FLOP/s</param>
/// <param name="Limit">Products in the processor's registers; 0 on a GPU. FLOP/s</param>
/// <param name="LimitInstructions">Which instructions the limit ran.</param>
/// <param name="Forward">Median seconds of the forward pass.</param>
/// <param name="Backward">Median seconds of the backward pass.</param>
/// <param name="Update">Median seconds of gradient norm and AdamW.</param>
/// <param name="PeakBytes">The process's peak resident memory before the rates were measured; on a GPU, what tensors took of its memory.</param>
internal sealed record TrainMeasurement(
    double TokensPerSecond, double ToLibrary, double ToLimit, double LibraryRate, double Limit, string LimitInstructions,
    double Forward, double Backward, double Update, long PeakBytes);
