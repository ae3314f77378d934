-- What is looked up over organisations: the figures of a period, and the reports that wait for approval. Without these the
-- whole history of a data set is read.
CREATE INDEX reporting_value_period ON reporting_value (jurisdiction, set_name, period, element);
CREATE INDEX reporting_report_state ON reporting_report (jurisdiction, set_name, state);
