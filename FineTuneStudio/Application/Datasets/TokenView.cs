namespace FineTuneStudio.Application.Datasets;

/// <summary>A token as a page draws it.</summary>
/// <param name="Place">Its place in the row, from 0.</param>
/// <param name="Id">Its number in the vocabulary.</param>
/// <param name="Text">The stretch of the rendered text it stands for; empty inside a character of several tokens.</param>
/// <param name="Weight">How much it counts in the loss; 0 is only read.</param>
/// <param name="Special">Whether it is a control token rather than text.</param>
public sealed record TokenView(int Place, int Id, string Text, float Weight, bool Special);
