using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FineTuneStudio.Persistence;

internal sealed class RunConfiguration : IEntityTypeConfiguration<RunEntity>
{
    public void Configure(EntityTypeBuilder<RunEntity> builder)
    {
        builder.HasKey(run => run.Id);
        builder.HasQueryFilter(run => run.DeletedAt == null);
        builder.Property(run => run.Name).HasMaxLength(200);
        builder.Property(run => run.State).HasConversion<string>().HasMaxLength(16);
        builder.Property(run => run.Tags).HasMaxLength(500);
        builder.HasIndex(run => run.CreatedAt);
        builder.HasIndex(run => run.State);
    }
}
