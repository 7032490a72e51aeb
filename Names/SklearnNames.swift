// Names that pickles of scikit-learn 0.22.2, 0.24.2, 1.0.2, 1.1.3, 1.2.2, 1.3.2, 1.4.2, 1.5.2, 1.6.1, 1.7.2, 1.9.1 ask for. Written by scripts/write-names; do not edit.
// Module, name, uses, pattern of a call; sorted by bytes.
let sklearnNames: StaticString = """
  _loss	CyAbsoluteError	call ref	
  _loss	CyExponentialLoss	call ref	
  _loss	CyHalfBinomialLoss	call ref	
  _loss	CyHalfGammaLoss	call ref	
  _loss	CyHalfMultinomialLoss	ref
  _loss	CyHalfPoissonLoss	call ref	
  _loss	CyHalfSquaredError	call ref	
  _loss	CyHalfTweedieLossIdentity	call ref	d
  _loss	CyHuberLoss	call ref	d
  _loss	CyPinballLoss	call ref	d
  _loss	__pyx_unpickle_CyAbsoluteError	call	C,i,T
  _loss	__pyx_unpickle_CyExponentialLoss	call	C,i,T
  _loss	__pyx_unpickle_CyHalfBinomialLoss	call	C,i,T
  _loss	__pyx_unpickle_CyHalfGammaLoss	call	C,i,T
  _loss	__pyx_unpickle_CyHalfMultinomialLoss	call	C,i,T
  _loss	__pyx_unpickle_CyHalfPoissonLoss	call	C,i,T
  _loss	__pyx_unpickle_CyHalfSquaredError	call	C,i,T
  _loss	__pyx_unpickle_CyHalfTweedieLossIdentity	call	C,i,d
  _loss	__pyx_unpickle_CyHuberLoss	call	C,i,d
  _loss	__pyx_unpickle_CyPinballLoss	call	C,i,d
  numpy	mean	ref
  scipy._lib.array_api_compat.numpy._aliases	asarray	ref
  scipy.interpolate._bsplines	BSpline	new ref state
  scipy.interpolate._bsplines	_BSpline	new ref state
  scipy.interpolate._cubic	Akima1DInterpolator	new state
  scipy.interpolate._cubic	CubicSpline	new state
  scipy.interpolate._cubic	PchipInterpolator	new state
  scipy.interpolate._fitpack2	InterpolatedUnivariateSpline	new ref state
  scipy.interpolate._fitpack2	LSQUnivariateSpline	new ref state
  scipy.interpolate._interpolate	_PPoly	new state
  scipy.interpolate._interpolate	interp1d	new ref state
  scipy.interpolate._interpolate	interp1d._call_linear	ref
  scipy.interpolate._interpolate	interp1d._call_linear_np	ref
  scipy.interpolate._interpolate	interp1d._call_nan_spline	ref
  scipy.interpolate._interpolate	interp1d._call_nearest	ref
  scipy.interpolate._interpolate	interp1d._call_previousnext	ref
  scipy.interpolate._interpolate	interp1d._call_spline	ref
  scipy.interpolate.fitpack2	InterpolatedUnivariateSpline	new ref state
  scipy.interpolate.fitpack2	LSQUnivariateSpline	new ref state
  scipy.interpolate.interpolate	interp1d	new ref state
  scipy.interpolate.interpolate	interp1d._call_linear	ref
  scipy.interpolate.interpolate	interp1d._call_linear_np	ref
  scipy.interpolate.interpolate	interp1d._call_nan_spline	ref
  scipy.interpolate.interpolate	interp1d._call_nearest	ref
  scipy.interpolate.interpolate	interp1d._call_previousnext	ref
  scipy.interpolate.interpolate	interp1d._call_spline	ref
  scipy.optimize._optimize	OptimizeResult	items new ref
  scipy.optimize.optimize	OptimizeResult	items new ref
  scipy.sparse._bsr	bsr_array	new ref state
  scipy.sparse._bsr	bsr_matrix	new ref state
  scipy.sparse._coo	coo_array	new ref state
  scipy.sparse._coo	coo_matrix	new ref state
  scipy.sparse._csc	csc_array	new ref state
  scipy.sparse._csc	csc_matrix	new ref state
  scipy.sparse._csr	csr_array	new ref state
  scipy.sparse._csr	csr_matrix	new ref state
  scipy.sparse._dia	dia_array	new ref state
  scipy.sparse._dia	dia_matrix	new ref state
  scipy.sparse._dok	dok_array	ref state
  scipy.sparse._dok	dok_matrix	ref state
  scipy.sparse._lil	lil_array	new ref state
  scipy.sparse._lil	lil_matrix	new ref state
  scipy.sparse.bsr	bsr_matrix	new ref state
  scipy.sparse.coo	coo_matrix	new ref state
  scipy.sparse.csc	csc_matrix	new ref state
  scipy.sparse.csr	csr_matrix	new ref state
  scipy.sparse.dia	dia_matrix	new ref state
  scipy.sparse.dok	dok_matrix	ref state
  scipy.sparse.lil	lil_matrix	new ref state
  scipy.spatial.transform._rotation	Rotation	new ref state
  scipy.spatial.transform.rotation	Rotation	new state
  scipy.stats._kde	gaussian_kde	new ref state
  scipy.stats.kde	gaussian_kde	new ref state
  sklearn._loss._loss	CyAbsoluteError	call ref	
  sklearn._loss._loss	CyExponentialLoss	call ref	
  sklearn._loss._loss	CyHalfBinomialLoss	call ref	
  sklearn._loss._loss	CyHalfGammaLoss	call ref	
  sklearn._loss._loss	CyHalfMultinomialLoss	ref
  sklearn._loss._loss	CyHalfPoissonLoss	call ref	
  sklearn._loss._loss	CyHalfSquaredError	call ref	
  sklearn._loss._loss	CyHalfTweedieLossIdentity	call ref	d
  sklearn._loss._loss	CyHuberLoss	call ref	d
  sklearn._loss._loss	CyPinballLoss	call ref	d
  sklearn._loss._loss	__pyx_unpickle_CyAbsoluteError	call	C,i,T
  sklearn._loss._loss	__pyx_unpickle_CyExponentialLoss	call	C,i,T
  sklearn._loss._loss	__pyx_unpickle_CyHalfBinomialLoss	call	C,i,T
  sklearn._loss._loss	__pyx_unpickle_CyHalfGammaLoss	call	C,i,T
  sklearn._loss._loss	__pyx_unpickle_CyHalfMultinomialLoss	call	C,i,T
  sklearn._loss._loss	__pyx_unpickle_CyHalfPoissonLoss	call	C,i,T
  sklearn._loss._loss	__pyx_unpickle_CyHalfSquaredError	call	C,i,T
  sklearn._loss._loss	__pyx_unpickle_CyHalfTweedieLossIdentity	call	C,i,d
  sklearn._loss._loss	__pyx_unpickle_CyHuberLoss	call	C,i,d
  sklearn._loss._loss	__pyx_unpickle_CyPinballLoss	call	C,i,d
  sklearn._loss.glm_distribution	DistributionBoundary	new ref
  sklearn._loss.glm_distribution	GammaDistribution	new ref state
  sklearn._loss.glm_distribution	PoissonDistribution	new ref state
  sklearn._loss.glm_distribution	TweedieDistribution	new ref state
  sklearn._loss.link	HalfLogitLink	new ref
  sklearn._loss.link	IdentityLink	new ref
  sklearn._loss.link	Interval	new ref state
  sklearn._loss.link	LogLink	new ref
  sklearn._loss.link	LogitLink	new ref
  sklearn._loss.link	MultinomialLogit	new ref
  sklearn._loss.loss	AbsoluteError	new ref state
  sklearn._loss.loss	ExponentialLoss	new ref state
  sklearn._loss.loss	HalfBinomialLoss	new ref state
  sklearn._loss.loss	HalfGammaLoss	new ref state
  sklearn._loss.loss	HalfMultinomialLoss	new ref state
  sklearn._loss.loss	HalfPoissonLoss	new ref state
  sklearn._loss.loss	HalfSquaredError	new ref state
  sklearn._loss.loss	HalfTweedieLossIdentity	new ref state
  sklearn._loss.loss	HuberLoss	new ref state
  sklearn._loss.loss	PinballLoss	new ref state
  sklearn.calibration	CalibratedClassifierCV	new ref state
  sklearn.calibration	_CalibratedClassifier	new ref state
  sklearn.calibration	_SigmoidCalibration	new ref state
  sklearn.cluster._affinity_propagation	AffinityPropagation	new ref state
  sklearn.cluster._agglomerative	AgglomerativeClustering	new ref state
  sklearn.cluster._agglomerative	FeatureAgglomeration	new ref state
  sklearn.cluster._bicluster	SpectralBiclustering	new ref state
  sklearn.cluster._bicluster	SpectralCoclustering	new ref state
  sklearn.cluster._birch	Birch	new ref state
  sklearn.cluster._birch	_CFNode	new ref state
  sklearn.cluster._birch	_CFSubcluster	new ref state
  sklearn.cluster._bisect_k_means	BisectingKMeans	new ref state
  sklearn.cluster._bisect_k_means	_BisectingTree	new ref state
  sklearn.cluster._dbscan	DBSCAN	new ref state
  sklearn.cluster._hdbscan.hdbscan	HDBSCAN	new ref state
  sklearn.cluster._kmeans	KMeans	new ref state
  sklearn.cluster._kmeans	MiniBatchKMeans	new ref state
  sklearn.cluster._kmeans	_kmeans_single_lloyd	ref
  sklearn.cluster._mean_shift	MeanShift	new ref state
  sklearn.cluster._optics	OPTICS	new ref state
  sklearn.cluster._spectral	SpectralClustering	new ref state
  sklearn.compose._column_transformer	ColumnTransformer	new ref state
  sklearn.compose._column_transformer	_RemainderColsList	new ref state
  sklearn.compose._column_transformer	make_column_selector	new ref state
  sklearn.compose._target	TransformedTargetRegressor	new ref state
  sklearn.covariance._elliptic_envelope	EllipticEnvelope	new ref state
  sklearn.covariance._empirical_covariance	EmpiricalCovariance	new ref state
  sklearn.covariance._graph_lasso	GraphicalLasso	new ref state
  sklearn.covariance._graph_lasso	GraphicalLassoCV	new ref state
  sklearn.covariance._graph_lasso	_DictWithDeprecatedKeys	items new ref state
  sklearn.covariance._robust_covariance	MinCovDet	new ref state
  sklearn.covariance._shrunk_covariance	LedoitWolf	new ref state
  sklearn.covariance._shrunk_covariance	OAS	new ref state
  sklearn.covariance._shrunk_covariance	ShrunkCovariance	new ref state
  sklearn.cross_decomposition._cca	CCA	new ref state
  sklearn.cross_decomposition._pls	CCA	new ref state
  sklearn.cross_decomposition._pls	PLSCanonical	new ref state
  sklearn.cross_decomposition._pls	PLSRegression	new ref state
  sklearn.cross_decomposition._pls	PLSSVD	new ref state
  sklearn.decomposition._dict_learning	DictionaryLearning	new ref state
  sklearn.decomposition._dict_learning	MiniBatchDictionaryLearning	new ref state
  sklearn.decomposition._dict_learning	SparseCoder	new ref state
  sklearn.decomposition._factor_analysis	FactorAnalysis	new ref state
  sklearn.decomposition._fastica	FastICA	new ref state
  sklearn.decomposition._incremental_pca	IncrementalPCA	new ref state
  sklearn.decomposition._kernel_pca	KernelPCA	new ref state
  sklearn.decomposition._lda	LatentDirichletAllocation	new ref state
  sklearn.decomposition._nmf	MiniBatchNMF	new ref state
  sklearn.decomposition._nmf	NMF	new ref state
  sklearn.decomposition._pca	PCA	new ref state
  sklearn.decomposition._sparse_pca	MiniBatchSparsePCA	new ref state
  sklearn.decomposition._sparse_pca	SparsePCA	new ref state
  sklearn.decomposition._truncated_svd	TruncatedSVD	new ref state
  sklearn.discriminant_analysis	LinearDiscriminantAnalysis	new ref state
  sklearn.discriminant_analysis	QuadraticDiscriminantAnalysis	new ref state
  sklearn.dummy	DummyClassifier	new ref state
  sklearn.dummy	DummyRegressor	new ref state
  sklearn.ensemble._bagging	BaggingClassifier	new ref state
  sklearn.ensemble._bagging	BaggingRegressor	new ref state
  sklearn.ensemble._forest	ExtraTreesClassifier	new ref state
  sklearn.ensemble._forest	ExtraTreesRegressor	new ref state
  sklearn.ensemble._forest	RandomForestClassifier	new ref state
  sklearn.ensemble._forest	RandomForestRegressor	new ref state
  sklearn.ensemble._forest	RandomTreesEmbedding	new ref state
  sklearn.ensemble._gb	GradientBoostingClassifier	new ref state
  sklearn.ensemble._gb	GradientBoostingRegressor	new ref state
  sklearn.ensemble._gb_losses	BinomialDeviance	new ref state
  sklearn.ensemble._gb_losses	ExponentialLoss	new ref state
  sklearn.ensemble._gb_losses	HuberLossFunction	new ref state
  sklearn.ensemble._gb_losses	LeastAbsoluteError	new ref state
  sklearn.ensemble._gb_losses	LeastSquaresError	new ref state
  sklearn.ensemble._gb_losses	MultinomialDeviance	new ref state
  sklearn.ensemble._gb_losses	QuantileLossFunction	new ref state
  sklearn.ensemble._hist_gradient_boosting.binning	_BinMapper	new ref state
  sklearn.ensemble._hist_gradient_boosting.gradient_boosting	HistGradientBoostingClassifier	new ref state
  sklearn.ensemble._hist_gradient_boosting.gradient_boosting	HistGradientBoostingRegressor	new ref state
  sklearn.ensemble._hist_gradient_boosting.loss	BinaryCrossEntropy	new ref state
  sklearn.ensemble._hist_gradient_boosting.loss	CategoricalCrossEntropy	new ref state
  sklearn.ensemble._hist_gradient_boosting.loss	LeastAbsoluteDeviation	new ref state
  sklearn.ensemble._hist_gradient_boosting.loss	LeastSquares	new ref state
  sklearn.ensemble._hist_gradient_boosting.loss	Poisson	new ref state
  sklearn.ensemble._hist_gradient_boosting.predictor	TreePredictor	new ref state
  sklearn.ensemble._iforest	IsolationForest	new ref state
  sklearn.ensemble._stacking	StackingClassifier	new ref state
  sklearn.ensemble._stacking	StackingRegressor	new ref state
  sklearn.ensemble._voting	VotingClassifier	new ref state
  sklearn.ensemble._voting	VotingRegressor	new ref state
  sklearn.ensemble._weight_boosting	AdaBoostClassifier	new ref state
  sklearn.ensemble._weight_boosting	AdaBoostRegressor	new ref state
  sklearn.feature_extraction._dict_vectorizer	DictVectorizer	new ref state
  sklearn.feature_extraction._hash	FeatureHasher	new ref state
  sklearn.feature_extraction.image	PatchExtractor	new ref state
  sklearn.feature_extraction.text	CountVectorizer	new ref state
  sklearn.feature_extraction.text	HashingVectorizer	new ref state
  sklearn.feature_extraction.text	TfidfTransformer	new ref state
  sklearn.feature_extraction.text	TfidfVectorizer	new ref state
  sklearn.feature_selection._from_model	SelectFromModel	new ref state
  sklearn.feature_selection._mutual_info	mutual_info_classif	ref
  sklearn.feature_selection._mutual_info	mutual_info_regression	ref
  sklearn.feature_selection._rfe	RFE	new ref state
  sklearn.feature_selection._rfe	RFECV	new ref state
  sklearn.feature_selection._sequential	SequentialFeatureSelector	new ref state
  sklearn.feature_selection._univariate_selection	GenericUnivariateSelect	new ref state
  sklearn.feature_selection._univariate_selection	SelectFdr	new ref state
  sklearn.feature_selection._univariate_selection	SelectFpr	new ref state
  sklearn.feature_selection._univariate_selection	SelectFwe	new ref state
  sklearn.feature_selection._univariate_selection	SelectKBest	new ref state
  sklearn.feature_selection._univariate_selection	SelectPercentile	new ref state
  sklearn.feature_selection._univariate_selection	chi2	ref
  sklearn.feature_selection._univariate_selection	f_classif	ref
  sklearn.feature_selection._univariate_selection	f_regression	ref
  sklearn.feature_selection._univariate_selection	r_regression	ref
  sklearn.feature_selection._variance_threshold	VarianceThreshold	new ref state
  sklearn.frozen._frozen	FrozenEstimator	new ref state
  sklearn.gaussian_process._gpc	GaussianProcessClassifier	new ref state
  sklearn.gaussian_process._gpc	_BinaryGaussianProcessClassifierLaplace	new ref state
  sklearn.gaussian_process._gpr	GaussianProcessRegressor	new ref state
  sklearn.gaussian_process.kernels	ConstantKernel	new ref state
  sklearn.gaussian_process.kernels	DotProduct	new ref state
  sklearn.gaussian_process.kernels	ExpSineSquared	new ref state
  sklearn.gaussian_process.kernels	Exponentiation	new ref state
  sklearn.gaussian_process.kernels	Matern	new ref state
  sklearn.gaussian_process.kernels	PairwiseKernel	new ref state
  sklearn.gaussian_process.kernels	Product	new ref state
  sklearn.gaussian_process.kernels	RBF	new ref state
  sklearn.gaussian_process.kernels	RationalQuadratic	new ref state
  sklearn.gaussian_process.kernels	Sum	new ref state
  sklearn.gaussian_process.kernels	WhiteKernel	new ref state
  sklearn.impute._base	MissingIndicator	new ref state
  sklearn.impute._base	SimpleImputer	new ref state
  sklearn.impute._iterative	IterativeImputer	new ref state
  sklearn.impute._iterative	_ImputerTriplet	new ref
  sklearn.impute._knn	KNNImputer	new ref state
  sklearn.isotonic	IsotonicRegression	new ref state
  sklearn.kernel_approximation	AdditiveChi2Sampler	new ref state
  sklearn.kernel_approximation	Nystroem	new ref state
  sklearn.kernel_approximation	PolynomialCountSketch	new ref state
  sklearn.kernel_approximation	RBFSampler	new ref state
  sklearn.kernel_approximation	SkewedChi2Sampler	new ref state
  sklearn.kernel_ridge	KernelRidge	new ref state
  sklearn.linear_model._base	LinearRegression	new ref state
  sklearn.linear_model._bayes	ARDRegression	new ref state
  sklearn.linear_model._bayes	BayesianRidge	new ref state
  sklearn.linear_model._coordinate_descent	ElasticNet	new ref state
  sklearn.linear_model._coordinate_descent	ElasticNetCV	new ref state
  sklearn.linear_model._coordinate_descent	Lasso	new ref state
  sklearn.linear_model._coordinate_descent	LassoCV	new ref state
  sklearn.linear_model._coordinate_descent	MultiTaskElasticNet	new ref state
  sklearn.linear_model._coordinate_descent	MultiTaskElasticNetCV	new ref state
  sklearn.linear_model._coordinate_descent	MultiTaskLasso	new ref state
  sklearn.linear_model._coordinate_descent	MultiTaskLassoCV	new ref state
  sklearn.linear_model._glm.glm	GammaRegressor	new ref state
  sklearn.linear_model._glm.glm	PoissonRegressor	new ref state
  sklearn.linear_model._glm.glm	TweedieRegressor	new ref state
  sklearn.linear_model._glm.link	IdentityLink	new ref
  sklearn.linear_model._glm.link	LogLink	new ref
  sklearn.linear_model._huber	HuberRegressor	new ref state
  sklearn.linear_model._least_angle	Lars	new ref state
  sklearn.linear_model._least_angle	LarsCV	new ref state
  sklearn.linear_model._least_angle	LassoLars	new ref state
  sklearn.linear_model._least_angle	LassoLarsCV	new ref state
  sklearn.linear_model._least_angle	LassoLarsIC	new ref state
  sklearn.linear_model._logistic	LogisticRegression	new ref state
  sklearn.linear_model._logistic	LogisticRegressionCV	new ref state
  sklearn.linear_model._omp	OrthogonalMatchingPursuit	new ref state
  sklearn.linear_model._omp	OrthogonalMatchingPursuitCV	new ref state
  sklearn.linear_model._passive_aggressive	PassiveAggressiveClassifier	new ref state
  sklearn.linear_model._passive_aggressive	PassiveAggressiveRegressor	new ref state
  sklearn.linear_model._perceptron	Perceptron	new ref state
  sklearn.linear_model._quantile	QuantileRegressor	new ref state
  sklearn.linear_model._ransac	RANSACRegressor	new ref state
  sklearn.linear_model._ridge	Ridge	new ref state
  sklearn.linear_model._ridge	RidgeCV	new ref state
  sklearn.linear_model._ridge	RidgeClassifier	new ref state
  sklearn.linear_model._ridge	RidgeClassifierCV	new ref state
  sklearn.linear_model._sgd_fast	EpsilonInsensitive	call	d
  sklearn.linear_model._sgd_fast	Hinge	call	d
  sklearn.linear_model._sgd_fast	Huber	call	d
  sklearn.linear_model._sgd_fast	Log	call	
  sklearn.linear_model._sgd_fast	ModifiedHuber	call	
  sklearn.linear_model._sgd_fast	SquaredEpsilonInsensitive	call	d
  sklearn.linear_model._sgd_fast	SquaredHinge	call	d
  sklearn.linear_model._sgd_fast	SquaredLoss	call	
  sklearn.linear_model._stochastic_gradient	SGDClassifier	new ref state
  sklearn.linear_model._stochastic_gradient	SGDOneClassSVM	new ref state
  sklearn.linear_model._stochastic_gradient	SGDRegressor	new ref state
  sklearn.linear_model._theil_sen	TheilSenRegressor	new ref state
  sklearn.manifold._classical_mds	ClassicalMDS	new ref state
  sklearn.manifold._isomap	Isomap	new ref state
  sklearn.manifold._locally_linear	LocallyLinearEmbedding	new ref state
  sklearn.manifold._mds	MDS	new ref state
  sklearn.manifold._spectral_embedding	SpectralEmbedding	new ref state
  sklearn.manifold._t_sne	TSNE	new ref state
  sklearn.metrics._classification	accuracy_score	ref
  sklearn.metrics._classification	balanced_accuracy_score	ref
  sklearn.metrics._classification	brier_score_loss	ref
  sklearn.metrics._classification	d2_brier_score	ref
  sklearn.metrics._classification	d2_log_loss_score	ref
  sklearn.metrics._classification	f1_score	ref
  sklearn.metrics._classification	jaccard_score	ref
  sklearn.metrics._classification	log_loss	ref
  sklearn.metrics._classification	matthews_corrcoef	ref
  sklearn.metrics._classification	precision_score	ref
  sklearn.metrics._classification	recall_score	ref
  sklearn.metrics._dist_metrics	BrayCurtisDistance	ref
  sklearn.metrics._dist_metrics	BrayCurtisDistance64	ref
  sklearn.metrics._dist_metrics	CanberraDistance	ref
  sklearn.metrics._dist_metrics	CanberraDistance64	ref
  sklearn.metrics._dist_metrics	ChebyshevDistance	ref
  sklearn.metrics._dist_metrics	ChebyshevDistance64	ref
  sklearn.metrics._dist_metrics	EuclideanDistance	ref
  sklearn.metrics._dist_metrics	EuclideanDistance64	ref
  sklearn.metrics._dist_metrics	HammingDistance	ref
  sklearn.metrics._dist_metrics	HammingDistance64	ref
  sklearn.metrics._dist_metrics	HaversineDistance	ref
  sklearn.metrics._dist_metrics	HaversineDistance64	ref
  sklearn.metrics._dist_metrics	JaccardDistance	ref
  sklearn.metrics._dist_metrics	JaccardDistance64	ref
  sklearn.metrics._dist_metrics	ManhattanDistance	ref
  sklearn.metrics._dist_metrics	ManhattanDistance64	ref
  sklearn.metrics._dist_metrics	SEuclideanDistance	ref
  sklearn.metrics._dist_metrics	SEuclideanDistance64	ref
  sklearn.metrics._dist_metrics	newObj	call state	C
  sklearn.metrics._ranking	average_precision_score	ref
  sklearn.metrics._ranking	roc_auc_score	ref
  sklearn.metrics._ranking	top_k_accuracy_score	ref
  sklearn.metrics._regression	d2_absolute_error_score	ref
  sklearn.metrics._regression	explained_variance_score	ref
  sklearn.metrics._regression	max_error	ref
  sklearn.metrics._regression	mean_absolute_error	ref
  sklearn.metrics._regression	mean_absolute_percentage_error	ref
  sklearn.metrics._regression	mean_gamma_deviance	ref
  sklearn.metrics._regression	mean_poisson_deviance	ref
  sklearn.metrics._regression	mean_squared_error	ref
  sklearn.metrics._regression	mean_squared_log_error	ref
  sklearn.metrics._regression	median_absolute_error	ref
  sklearn.metrics._regression	r2_score	ref
  sklearn.metrics._regression	root_mean_squared_error	ref
  sklearn.metrics._regression	root_mean_squared_log_error	ref
  sklearn.metrics._scorer	_CurveScorer	new ref state
  sklearn.metrics._scorer	_PassthroughScorer	new ref state
  sklearn.metrics._scorer	_PredictScorer	new ref state
  sklearn.metrics._scorer	_ProbaScorer	new ref state
  sklearn.metrics._scorer	_Scorer	new ref state
  sklearn.metrics._scorer	_ThresholdScorer	new ref state
  sklearn.metrics._scorer	_passthrough_scorer	ref
  sklearn.metrics._scorer	negative_likelihood_ratio	ref
  sklearn.metrics._scorer	positive_likelihood_ratio	ref
  sklearn.metrics.cluster._supervised	adjusted_mutual_info_score	ref
  sklearn.metrics.cluster._supervised	adjusted_rand_score	ref
  sklearn.metrics.cluster._supervised	completeness_score	ref
  sklearn.metrics.cluster._supervised	fowlkes_mallows_score	ref
  sklearn.metrics.cluster._supervised	homogeneity_score	ref
  sklearn.metrics.cluster._supervised	mutual_info_score	ref
  sklearn.metrics.cluster._supervised	normalized_mutual_info_score	ref
  sklearn.metrics.cluster._supervised	rand_score	ref
  sklearn.metrics.cluster._supervised	v_measure_score	ref
  sklearn.mixture._bayesian_mixture	BayesianGaussianMixture	new ref state
  sklearn.mixture._gaussian_mixture	GaussianMixture	new ref state
  sklearn.model_selection._classification_threshold	FixedThresholdClassifier	new ref state
  sklearn.model_selection._classification_threshold	TunedThresholdClassifierCV	new ref state
  sklearn.model_selection._classification_threshold	_CurveScorer	new ref state
  sklearn.model_selection._search	GridSearchCV	new ref state
  sklearn.model_selection._search	RandomizedSearchCV	new ref state
  sklearn.model_selection._search_successive_halving	HalvingGridSearchCV	new ref state
  sklearn.model_selection._search_successive_halving	HalvingRandomSearchCV	new ref state
  sklearn.model_selection._search_successive_halving	_refit_callable	ref
  sklearn.model_selection._split	GroupKFold	new ref state
  sklearn.model_selection._split	GroupShuffleSplit	new ref state
  sklearn.model_selection._split	KFold	new ref state
  sklearn.model_selection._split	LeaveOneGroupOut	new ref
  sklearn.model_selection._split	LeaveOneOut	new ref
  sklearn.model_selection._split	LeavePOut	new ref state
  sklearn.model_selection._split	PredefinedSplit	new ref state
  sklearn.model_selection._split	RepeatedKFold	new ref state
  sklearn.model_selection._split	RepeatedStratifiedKFold	new ref state
  sklearn.model_selection._split	ShuffleSplit	new ref state
  sklearn.model_selection._split	StratifiedGroupKFold	new ref state
  sklearn.model_selection._split	StratifiedKFold	new ref state
  sklearn.model_selection._split	StratifiedShuffleSplit	new ref state
  sklearn.model_selection._split	TimeSeriesSplit	new ref state
  sklearn.multiclass	OneVsOneClassifier	new ref state
  sklearn.multiclass	OneVsRestClassifier	new ref state
  sklearn.multiclass	OutputCodeClassifier	new ref state
  sklearn.multiclass	_ConstantPredictor	new ref state
  sklearn.multioutput	ClassifierChain	new ref state
  sklearn.multioutput	MultiOutputClassifier	new ref state
  sklearn.multioutput	MultiOutputRegressor	new ref state
  sklearn.multioutput	RegressorChain	new ref state
  sklearn.naive_bayes	BernoulliNB	new ref state
  sklearn.naive_bayes	CategoricalNB	new ref state
  sklearn.naive_bayes	ComplementNB	new ref state
  sklearn.naive_bayes	GaussianNB	new ref state
  sklearn.naive_bayes	MultinomialNB	new ref state
  sklearn.neighbors._ball_tree	BallTree	ref
  sklearn.neighbors._ball_tree	newObj	call state	C
  sklearn.neighbors._classification	KNeighborsClassifier	new ref state
  sklearn.neighbors._classification	RadiusNeighborsClassifier	new ref state
  sklearn.neighbors._dist_metrics	BrayCurtisDistance	ref
  sklearn.neighbors._dist_metrics	CanberraDistance	ref
  sklearn.neighbors._dist_metrics	ChebyshevDistance	ref
  sklearn.neighbors._dist_metrics	EuclideanDistance	ref
  sklearn.neighbors._dist_metrics	HammingDistance	ref
  sklearn.neighbors._dist_metrics	HaversineDistance	ref
  sklearn.neighbors._dist_metrics	JaccardDistance	ref
  sklearn.neighbors._dist_metrics	ManhattanDistance	ref
  sklearn.neighbors._dist_metrics	SEuclideanDistance	ref
  sklearn.neighbors._dist_metrics	newObj	call state	C
  sklearn.neighbors._graph	KNeighborsTransformer	new ref state
  sklearn.neighbors._graph	RadiusNeighborsTransformer	new ref state
  sklearn.neighbors._kd_tree	KDTree	ref
  sklearn.neighbors._kd_tree	newObj	call state	C
  sklearn.neighbors._kde	KernelDensity	new ref state
  sklearn.neighbors._lof	LocalOutlierFactor	new ref state
  sklearn.neighbors._nca	NeighborhoodComponentsAnalysis	new ref state
  sklearn.neighbors._nearest_centroid	NearestCentroid	new ref state
  sklearn.neighbors._regression	KNeighborsRegressor	new ref state
  sklearn.neighbors._regression	RadiusNeighborsRegressor	new ref state
  sklearn.neighbors._unsupervised	NearestNeighbors	new ref state
  sklearn.neural_network._multilayer_perceptron	MLPClassifier	new ref state
  sklearn.neural_network._multilayer_perceptron	MLPRegressor	new ref state
  sklearn.neural_network._rbm	BernoulliRBM	new ref state
  sklearn.neural_network._stochastic_optimizers	AdamOptimizer	new ref state
  sklearn.pipeline	FeatureUnion	new ref state
  sklearn.pipeline	Pipeline	new ref state
  sklearn.preprocessing._data	Binarizer	new ref state
  sklearn.preprocessing._data	KernelCenterer	new ref state
  sklearn.preprocessing._data	MaxAbsScaler	new ref state
  sklearn.preprocessing._data	MinMaxScaler	new ref state
  sklearn.preprocessing._data	Normalizer	new ref state
  sklearn.preprocessing._data	PolynomialFeatures	new ref state
  sklearn.preprocessing._data	PowerTransformer	new ref state
  sklearn.preprocessing._data	QuantileTransformer	new ref state
  sklearn.preprocessing._data	RobustScaler	new ref state
  sklearn.preprocessing._data	StandardScaler	new ref state
  sklearn.preprocessing._discretization	KBinsDiscretizer	new ref state
  sklearn.preprocessing._encoders	OneHotEncoder	new ref state
  sklearn.preprocessing._encoders	OrdinalEncoder	new ref state
  sklearn.preprocessing._function_transformer	FunctionTransformer	new ref state
  sklearn.preprocessing._label	LabelBinarizer	new ref state
  sklearn.preprocessing._label	LabelEncoder	new ref state
  sklearn.preprocessing._label	MultiLabelBinarizer	new ref state
  sklearn.preprocessing._polynomial	PolynomialFeatures	new ref state
  sklearn.preprocessing._polynomial	SplineTransformer	new ref state
  sklearn.preprocessing._target_encoder	TargetEncoder	new ref state
  sklearn.random_projection	GaussianRandomProjection	new ref state
  sklearn.random_projection	SparseRandomProjection	new ref state
  sklearn.semi_supervised._label_propagation	LabelPropagation	new ref state
  sklearn.semi_supervised._label_propagation	LabelSpreading	new ref state
  sklearn.semi_supervised._self_training	SelfTrainingClassifier	new ref state
  sklearn.svm._classes	LinearSVC	new ref state
  sklearn.svm._classes	LinearSVR	new ref state
  sklearn.svm._classes	NuSVC	new ref state
  sklearn.svm._classes	NuSVR	new ref state
  sklearn.svm._classes	OneClassSVM	new ref state
  sklearn.svm._classes	SVC	new ref state
  sklearn.svm._classes	SVR	new ref state
  sklearn.tree._classes	DecisionTreeClassifier	new ref state
  sklearn.tree._classes	DecisionTreeRegressor	new ref state
  sklearn.tree._classes	ExtraTreeClassifier	new ref state
  sklearn.tree._classes	ExtraTreeRegressor	new ref state
  sklearn.tree._tree	Tree	call state	i,X,i
  sklearn.utils	Bunch	items new ref
  sklearn.utils._bunch	Bunch	items new ref state
  sklearn.utils._metadata_requests	MetadataRequest	new ref state
  sklearn.utils._metadata_requests	MethodMetadataRequest	new ref state
  sklearn.utils.validation	check_array	ref
  """
