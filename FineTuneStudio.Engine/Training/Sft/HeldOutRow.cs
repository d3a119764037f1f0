using FineTuneStudio.Engine.Datasets;

namespace FineTuneStudio.Engine.Training.Sft;

/// <summary>A row with its conversation, so that it can be scored and answered freely.</summary>
/// <param name="Source">The row as the dataset has it.</param>
/// <param name="Rendered">The row as the model sees it.</param>
internal sealed record HeldOutRow(DatasetRow Source, TrainingRow Rendered);
