using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FineTuneStudio.Persistence;

internal sealed class AdapterConfiguration : IEntityTypeConfiguration<AdapterEntity>
{
    public void Configure(EntityTypeBuilder<AdapterEntity> builder)
    {
        builder.HasKey(adapter => adapter.Id);
        builder.HasQueryFilter(adapter => adapter.DeletedAt == null);
        builder.Property(adapter => adapter.Name).HasMaxLength(200);
        builder.Property(adapter => adapter.Sha256).HasMaxLength(64);
        builder.HasIndex(adapter => adapter.RunId).IsUnique();
        builder.HasIndex(adapter => adapter.CreatedAt);
        builder.HasOne<RunEntity>().WithMany().HasForeignKey(adapter => adapter.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}
