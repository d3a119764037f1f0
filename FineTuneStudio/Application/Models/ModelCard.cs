using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training.Estimation;

namespace FineTuneStudio.Application.Models;

/// <summary>All that the library knows of a model.</summary>
/// <param name="Model">As a list has it.</param>
/// <param name="Facts">What its folder says; <see langword="null"/> where it cannot be read any more.</param>
/// <param name="Demand">Memory that training it takes; <see langword="null"/> likewise.</param>
/// <param name="Runs">Runs that began with it.</param>
/// <param name="Adapters">Adapters that came of them.</param>
/// <param name="Speeds">How fast it is on this machine, as far as that was measured.</param>
public sealed record ModelCard(ModelSummary Model, ModelDescription? Facts, ModelDemand? Demand, int Runs, int Adapters, IReadOnlyList<MeasuredSpeed> Speeds);
