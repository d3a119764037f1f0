namespace FineTuneStudio.Application.Runs;

/// <summary>Columns beside those that every run has: each begins when a step first has its figure, and is NaN where a step has none.</summary>
internal sealed class ExtraColumns
{
    private readonly List<(string Name, List<float> Values)> _columns = [];

    public int Count => _columns.Count;

    public IEnumerable<string> Names => _columns.Select(column => column.Name);

    /// <summary>The column of a name; -1 where there is none.</summary>
    public int Find(string name) => _columns.FindIndex(column => column.Name == name);

    public float Value(int row, int column) => _columns[column].Values[row];

    /// <summary>Adds the figures of row <paramref name="row"/>, the next one.</summary>
    public void Add(int row, IEnumerable<(string Name, double Value)> figures)
    {
        foreach (var (name, value) in figures)
        {
            var column = Find(name);
            if (column < 0)
            {
                column = _columns.Count;
                _columns.Add((name, [.. Enumerable.Repeat(float.NaN, row)]));
            }

            if (_columns[column].Values.Count == row)
            {
                _columns[column].Values.Add((float)value);
            }
        }

        foreach (var (_, values) in _columns.Where(column => column.Values.Count == row))
        {
            values.Add(float.NaN);
        }
    }

    /// <summary>Forgets what comes after so many rows.</summary>
    public void Keep(int rows)
    {
        foreach (var (_, values) in _columns)
        {
            values.RemoveRange(rows, values.Count - rows);
        }
    }
}
