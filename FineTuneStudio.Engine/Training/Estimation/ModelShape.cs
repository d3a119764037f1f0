using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>A model's shapes.</summary>
/// <param name="Config">The network.</param>
/// <param name="Memory">Of runs on it; the headers of its files are read when it is asked for.</param>
/// <param name="BesideBytes">Size of the tensors of other parts than the text model; read in the same way.</param>
internal sealed record ModelShape(ModelConfig Config, Lazy<MemoryEstimate> Memory, Lazy<long> BesideBytes);
